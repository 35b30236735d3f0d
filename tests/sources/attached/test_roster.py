"""What of a look at the phones is news."""

from scanner.model.source import Attached
from scanner.sources.attached.roster import Roster, Seen


def seen(serial, state="device", *, connection="", pairings=0, transport="usb"):
    phone = Attached(serial=serial, state=state, transport=transport)
    return {phone.target: Seen(phone=phone, connection=connection, pairings=pairings)}


def told(roster, view, **options):
    return [(kind, phone.serial, phone.state) for kind, phone in roster.news(view, **options)]


def test_what_comes_changes_and_goes():
    roster = Roster()

    assert [("attached", "A", "offline")] == told(roster, seen("A", "offline"))
    assert [("changed", "A", "device")] == told(roster, seen("A"))
    assert [] == told(roster, seen("A"))
    assert [("attached", "B", "unauthorized")] == told(
        roster, seen("A") | seen("B", "unauthorized")
    )
    assert [("detached", "A", "detached")] == told(roster, seen("B", "unauthorized"))
    assert [("detached", "B", "detached")] == told(roster, {})
    assert 0 == len(roster)


def test_another_connection_is_a_phone_that_was_unplugged_in_between():
    roster = Roster()
    told(roster, seen("A", connection="7"))

    assert [("detached", "A", "detached"), ("attached", "A", "device")] == told(
        roster, seen("A", connection="8")
    )
    assert [] == told(roster, seen("A", connection="8"))


def test_a_pairing_and_another_way_are_changes():
    roster = Roster()
    told(roster, seen("A", transport="network"))

    assert [("changed", "A", "device")] == told(roster, seen("A"))
    assert [("changed", "A", "device")] == told(roster, seen("A", pairings=1))
    assert [("changed", "A", "device")] == told(roster, seen("A", pairings=2))


def test_a_server_that_came_again_finds_its_phones_one_after_the_other():
    roster = Roster()
    told(roster, seen("A", connection="1", pairings=3) | seen("B", connection="2"))
    roster.begin_anew()

    assert [] == told(roster, {}, settled=False)
    assert [] == told(roster, seen("A", "offline", connection="9"), settled=False)
    assert [] == told(roster, seen("A", connection="9"), settled=False)
    assert [("attached", "C", "offline")] == told(
        roster, seen("A", connection="9") | seen("C", "offline"), settled=False
    )
    assert [("detached", "B", "detached"), ("changed", "C", "device")] == told(
        roster, seen("A", connection="9") | seen("C")
    )


def test_a_state_that_lasts_is_told_when_the_server_has_settled():
    roster = Roster()
    told(roster, seen("A"))
    roster.begin_anew()

    assert [] == told(roster, seen("A", "offline"), settled=False)
    assert [("changed", "A", "offline")] == told(roster, seen("A", "offline"))
