"""Large files of a recorded phone are not copied when it is simulated: apps are gigabytes."""


def test_a_large_file_is_a_second_name_of_the_recorded_one(record_phone, simulate, run):
    phone = record_phone(files={"data/large": b"l" * (1 << 20), "data/small": b"s"})
    large, small = phone.files / "data/large", phone.files / "data/small"
    started = simulate(phone, shell="auto")

    ended = run(started, ("stat", "-c", "%i", "/data/large", "/data/small"))

    first, second = map(int, ended.stdout.split())
    assert large.stat().st_ino == first
    assert small.stat().st_ino != second


def test_the_recorded_phone_is_whole_when_the_simulated_one_is_gone(record_phone, simulate):
    phone = record_phone(files={"data/large": b"l" * (1 << 20)})

    simulate(phone, shell="auto").stop()

    assert b"l" * (1 << 20) == (phone.files / "data/large").read_bytes()
