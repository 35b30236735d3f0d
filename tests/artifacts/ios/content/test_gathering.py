"""What is held while a store is read."""

from __future__ import annotations

import sqlite3
import time
from itertools import islice

from scanner.artifacts.ios.content import messages, safari_history
from scanner.artifacts.ios.content.gathering import HELD, gathered
from scanner.model.entities import Mention
from scanner.model.evidence import BytesFile
from scanner.model.requests import File
from tests.artifacts.ios.content.stores import MAC, database, file, source, told


def test_more_than_is_held_is_handed_on():
    """The first mentions come long before the end, and nothing is lost."""
    drawn = []

    def records():
        for number in range(3 * HELD):
            drawn.append(number)
            yield None, [("url", f"https://example.com/{number}")]

    found = gathered("made", ("url",), records())
    first = list(islice(found, 1))
    early = len(drawn)

    assert HELD == early
    assert 3 * HELD == len({each.value for each in [*first, *found] if isinstance(each, Mention)})


def test_a_record_counts_once_for_each_address():
    address = ("url", "https://example.com/")
    statements = list(gathered("made", ("url",), [(None, [address, address]), (None, [address])]))

    assert {("url", "https://example.com/", None, 2)} == told(statements)
    assert (2, 2) == (source(statements).records, source(statements).values)


def test_many_visits_with_redirects():
    """Redirects name visits, visits items: nothing is compared with everything else."""
    count = 20_000
    items = [(number, f"https://r{number % 500}.example.com/{number}") for number in range(count)]
    visits = [(n, n, MAC + n, n - 1 if n % 10 == 0 else None) for n in range(count)]
    data = database(
        {
            "history_items": (("id", "url"), items),
            "history_visits": (("id", "history_item", "visit_time", "redirect_source"), visits),
        }
    )
    started = time.process_time()
    stated = source(safari_history.parse(file(data)))

    assert (count, count) == (stated.records, stated.values)
    assert time.process_time() - started < 4.0


def test_the_log_of_a_database_is_read_with_it(tmp_path):
    """A message that only the write-ahead log holds is read, too."""
    path = tmp_path / "sms.db"
    connection = sqlite3.connect(path)
    connection.execute("pragma journal_mode=wal")
    connection.execute("create table handle (ROWID, id)")
    connection.execute("create table message (ROWID, text)")
    connection.execute("pragma wal_checkpoint(truncate)")
    connection.execute("insert into message values (1, 'http://a.example.com/')")
    connection.commit()
    log = (tmp_path / "sms.db-wal").read_bytes()

    class WithLog(BytesFile):
        def beside(self):
            return BytesFile(File(path="/sms.db-wal"), log)

    statements = list(messages.parse(WithLog(File(path="/sms.db"), path.read_bytes())))
    connection.close()

    assert {("url", "http://a.example.com/", None, 1)} == told(statements)
