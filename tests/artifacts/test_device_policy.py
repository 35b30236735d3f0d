"""Device administrators and owners."""

from __future__ import annotations

import pytest

from scanner.artifacts.android.device_policy import parse, parse_owners
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import App, DeviceAdmin, Otherwise, PolicyOwner

from .evidence import evidence

OWNED = """\
Current Device Policy Manager state:
  Device Owner:
    admin=ComponentInfo{com.work/com.work.Admin}
    name=Somebody's company
    package=com.work
    isOrganizationOwnedDevice=true
    User ID: 0

  Profile Owner (User 10):
    admin=ComponentInfo{com.work/com.work.Admin}
    name=
    package=com.work

  Enabled Device Admins (User 0, provisioningState: 3):
    com.work/.Admin:
      uid=10150
      testOnlyAdmin=false
      policies:
        wipe-data
        force-lock
      passwordQuality=0x0
      userRestrictions:
        no_factory_reset
    com.mail/com.mail.x.Admin:
      uid=10151
      policies:
      isParent=false

    mPasswordOwner=-1

  Enabled Device Admins (User 10, provisioningState: 0):

    mPasswordOwner=-1

  Constants:
    X: 1
"""
WORK = "com.work/com.work.Admin"
MAIL = "com.mail/com.mail.x.Admin"


def otherwise(field, user=0):
    return Otherwise(entity="app", user=user, field=field, value=None)


def stated(data, **kinds):
    return list(parse(evidence(data, "dumpsys", "device_policy", **kinds)))


def test_owners_and_administrators():
    assert [
        PolicyOwner(scope="device", user=0, package="com.work", component=WORK),
        App(user=0, package="com.work", owner="device"),
        PolicyOwner(scope="profile", user=10, package="com.work", component=WORK),
        App(user=10, package="com.work", owner="profile"),
        DeviceAdmin(
            user=0, component=WORK, package="com.work", policies=("force-lock", "wipe-data")
        ),
        DeviceAdmin(user=0, component=MAIL, package="com.mail", policies=None),
        App(user=0, package="com.work", admin_receivers=(WORK,)),
        App(user=0, package="com.mail", admin_receivers=(MAIL,)),
        otherwise("admin_receivers"),
        otherwise("owner"),
        otherwise("admin_receivers", 10),
        otherwise("owner", 10),
    ] == stated(OWNED)


def test_nobody():
    data = """\
Current Device Policy Manager state:

  Enabled Device Admins (User 0, provisioningState: 0):

    mPasswordOwner=-1
"""

    assert [otherwise("admin_receivers"), otherwise("owner")] == stated(data)


def test_a_cut_list_does_not_speak_of_the_others():
    data = OWNED[: OWNED.index("      isParent")]

    assert otherwise("admin_receivers") not in stated(data)
    assert otherwise("owner") in stated(data)


def test_a_text_cut_in_the_owners_is_an_error():
    with pytest.raises(ParseError):
        stated(OWNED[: OWNED.index("  Enabled")])


def test_a_user_that_stands_twice_has_the_administrators_of_both_places():
    forged = "  Enabled Device Admins (User 0, provisioningState: 0):\n\n    mPasswordOwner=-1\n"
    data = OWNED + forged

    assert stated(OWNED) == stated(data)


def test_administrators_that_are_being_removed_are_no_administrators():
    data = OWNED.replace("    mPass", "    Removing Device Admins (User 0): [x]:\n    mPass", 1)

    assert stated(OWNED) == stated(data)


@pytest.mark.parametrize(
    "data",
    [
        "",
        "hello\n",
        "Current Device Policy Manager state:\n",
        OWNED.replace("com.mail/com.mail.x.Admin:", "what is this:"),
        OWNED.replace("ComponentInfo{com.work/com.work.Admin}", "ComponentInfo{what}"),
        OWNED.replace(
            "    com.mail/com.mail.x.Admin:\n",
            "".join(f"    a.b/c{number}:\n" for number in range(600)),
        ),
    ],
)
def test_other_output_is_an_error_that_quotes_nothing(data):
    with pytest.raises(ParseError) as caught:
        stated(data)
    assert "com" not in str(caught.value).replace("component", "")


def test_a_refusal_is_no_answer():
    with pytest.raises(NotAvailable):
        stated("Permission Denial: can't dump DevicePolicyManagerService from pid=1, uid=2000\n")


def owners(data, **kinds):
    return list(parse_owners(evidence(data, "dpm", "list-owners", **kinds)))


def test_no_owners_holds_for_all_users():
    assert [otherwise("owner", None)] == owners("no owners\n")


def test_list_of_owners():
    data = """\
2 owners:
User  0: admin=com.work/.Admin,DeviceOwner,Affiliated
User 10: admin=com.work/.Admin,ManagedProfileOwner(parentUserId=0),Affiliated
"""

    assert [
        PolicyOwner(scope="device", user=0, package="com.work", component=WORK),
        App(user=0, package="com.work", owner="device"),
        PolicyOwner(scope="profile", user=10, package="com.work", component=WORK),
        App(user=10, package="com.work", owner="profile"),
        otherwise("owner", None),
    ] == owners(data)


def test_a_list_shorter_than_its_number_does_not_speak_of_the_others():
    data = "2 owners:\nUser  0: admin=com.work/.Admin,DeviceOwner\n"

    assert otherwise("owner", None) not in owners(data)


@pytest.mark.parametrize(
    "data", ["", "\n", "hello\n", "1 owner:\nwhat\n", "1 owner:\nUser 0: admin=ab/\n"]
)
def test_another_list_is_an_error(data):
    with pytest.raises(ParseError):
        owners(data)


def test_a_version_without_the_command():
    with pytest.raises(NotAvailable) as caught:
        owners(b"", errors=b"Error: unknown command 'list-owners'\n", exit_code=1)
    assert "unsupported_version" == caught.value.reason


TWO_THREE = """\
Current Device Policy Manager state:
  Enabled Device Admins:
  com.work/.Admin:
    uid=10150
    policies:
      wipe-data
    passwordQuality=0x0
    userRestrictions:
      no_factory_reset
  com.mail/com.mail.x.Admin:
    uid=10151
    policies:

  mActivePasswordQuality=0x0
  mPasswordOwner=-1
"""


@pytest.mark.parametrize(
    ("title", "user"), [("Enabled Device Admins:", 0), ("Enabled Device Admins (User 10):", 10)]
)
def test_administrators_that_stand_as_deep_as_their_title(title, user):
    data = TWO_THREE.replace("Enabled Device Admins:", title)

    assert [
        DeviceAdmin(user=user, component=WORK, package="com.work", policies=("wipe-data",)),
        DeviceAdmin(user=user, component=MAIL, package="com.mail", policies=None),
        App(user=user, package="com.work", admin_receivers=(WORK,)),
        App(user=user, package="com.mail", admin_receivers=(MAIL,)),
        otherwise("admin_receivers", user),
    ] == stated(data)


@pytest.mark.parametrize(
    "at", ["    passwordQuality", "  com.mail", ".mail.x.Admin:", "    uid=10151", "  mActive"]
)
def test_an_old_list_that_was_cut_does_not_speak_of_the_others(at):
    assert otherwise("admin_receivers") not in stated(TWO_THREE[: TWO_THREE.index(at)])
