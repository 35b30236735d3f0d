"""Apps of each user, from `cmd package list packages`."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from scanner.artifacts.android.packages import PACKAGES, parse, parse_disabled, parse_system
from scanner.errors import NotAvailable, ParseError
from scanner.model.artifact import Planned
from scanner.model.entities import App, Otherwise, User
from scanner.model.requests import Command

from .evidence import evidence

LIST = """\
package:/data/~~V7==/com.example-_ng==/base.apk=com.example versionCode:7  installer=x uid:1010123
package:/system/app/A.apk=com.android.a versionCode:34  installer=null uid:1010001
package:/system/framework/framework-res.apk=android versionCode:34
"""
REFUSED = (
    b"\nException occurred while executing 'list':\n"
    b"java.lang.SecurityException: Shell does not have permission to access user 150\n"
)


def test_all_fields():
    assert [
        App(
            user=10,
            package="com.example",
            installed=True,
            path="/data/~~V7==/com.example-_ng==/base.apk",
            version_code=7,
            installer="x",
            uid=1010123,
        ),
        App(
            user=10,
            package="com.android.a",
            installed=True,
            path="/system/app/A.apk",
            version_code=34,
            installer=None,
            uid=1010001,
        ),
        App(
            user=10,
            package="android",
            installed=True,
            path="/system/framework/framework-res.apk",
            version_code=34,
        ),
        Otherwise(entity="app", user=10, field="installed", value=False),
    ] == list(parse(evidence(LIST, user=10)))


def test_what_is_not_printed_is_not_stated():
    (app,) = parse(evidence("package:com.example\n", user=0))

    assert (UNSET, UNSET, UNSET, UNSET) == (app.path, app.version_code, app.installer, app.uid)


def test_uids_of_several_users_are_no_uid():
    (app,) = parse(evidence("package:com.example uid:10123,1010123\n", user=0))

    assert app.uid is UNSET


@pytest.mark.parametrize("name", ["a;reboot", "$(x)", "-rf", "x" * 255])
def test_a_hostile_name_stays_data(name):
    (app,) = parse(evidence(f"package:{name}\n", user=0))

    assert isinstance(app, App)
    assert name == app.package


def test_disabled_apps_and_all_others():
    assert [
        App(user=10, package="com.example", enabled=False),
        Otherwise(entity="app", user=10, field="enabled", value=True),
    ] == list(parse_disabled(evidence("package:com.example\n", user=10)))


def test_system_apps_and_all_others():
    assert [
        App(user=0, package="com.android.a", system=True),
        Otherwise(entity="app", user=0, field="system", value=False),
    ] == list(parse_system(evidence("package:/system/app/A.apk=com.android.a uid:1\n", user=0)))


def test_no_disabled_app_is_an_empty_list_that_ended_well():
    others = Otherwise(entity="app", user=0, field="enabled", value=True)

    assert [others] == list(parse_disabled(evidence("", user=0)))


@pytest.mark.parametrize(("errors", "exit_code"), [(b"Broken pipe", 0), (b"", None), (b"", 1)])
def test_another_empty_list_is_an_error(errors, exit_code):
    with pytest.raises(ParseError):
        list(parse_disabled(evidence("", user=0, errors=errors, exit_code=exit_code)))


@pytest.mark.parametrize(
    ("data", "exit_code"), [("package:a.b\npackage:c.d", 0), ("package:a.b\n", None)]
)
def test_a_cut_list_yields_what_stands_there_and_does_not_speak_of_the_others(data, exit_code):
    assert [App(user=0, package="a.b", enabled=False)] == list(
        parse_disabled(evidence(data, user=0, exit_code=exit_code))
    )


@pytest.mark.parametrize(
    ("data", "exit_code"),
    [
        ("package:android\npackage:c.d", 0),
        ("package:android\n", None),
        ("package:a.b\n", 0),
    ],
)
def test_a_cut_list_or_one_of_some_packages_does_not_say_what_is_not_installed(data, exit_code):
    (app,) = parse(evidence(data, user=0, exit_code=exit_code))

    assert isinstance(app, App)


@pytest.mark.parametrize("read", [parse, parse_disabled, parse_system])
@pytest.mark.parametrize(
    "data",
    [
        "\0",
        "hello\n",
        "package:\n",
        "package:a.b\nhello\n",
        "package:" + "x" * 256 + "\n",
        "package:a\x1b[2J\n",
        "package:/x=\n",
    ],
)
def test_other_output_is_an_error(read, data):
    with pytest.raises(ParseError):
        list(read(evidence(data, user=0)))


@pytest.mark.parametrize("word", ["versionCode:x", "installer=a\x07b"])
def test_a_word_that_is_none_is_an_error(word):
    with pytest.raises(ParseError):
        list(parse(evidence(f"package:a.b {word}\n", user=0)))


@pytest.mark.parametrize("read", [parse, parse_system])
def test_an_empty_list_is_an_error(read):
    with pytest.raises(ParseError):
        list(read(evidence("", user=0)))


@pytest.mark.parametrize("read", [parse, parse_disabled, parse_system])
@pytest.mark.parametrize(("data", "errors"), [(REFUSED, b""), (b"", REFUSED)])
def test_a_refused_user_is_no_answer_whatever_the_status(read, data, errors):
    with pytest.raises(NotAvailable) as caught:
        list(read(evidence(data, user=150, errors=errors)))
    assert "no_permission" == caught.value.reason


def test_blank_lines_and_unknown_words_say_nothing():
    data = "\npackage:a.b stopped=true uid:x\n\n"

    assert App(user=0, package="a.b", installed=True) == next(parse(evidence(data, user=0)))


def test_a_request_without_a_user_is_an_error():
    with pytest.raises(ParseError, match="limited to a user"):
        list(parse(evidence(LIST)))


class TwoUsers:
    """What is known after the users were read."""

    def every(self, entity):
        return [User(id=10), User(id=0), User(id=10)] if entity is User else []


def test_each_user_is_asked_for_once():
    planned = PACKAGES.readings[1].request

    assert isinstance(planned, Planned)
    assert [
        Command(argv=("cmd", "package", "list", "packages", "-d", "--user", str(user)), user=user)
        for user in (0, 10)
    ] == list(planned.plan(TwoUsers()))
    assert str(planned.template).endswith("--user '{user}'")
