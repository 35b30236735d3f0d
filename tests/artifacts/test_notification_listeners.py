"""Notification listeners, from the settings and from what a recording holds of the service."""

from __future__ import annotations

import pytest

from scanner.artifacts.android.notification_listeners import (
    parse,
    parse_settings,
    parse_settings_dump,
)
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import App, NotificationListener, Otherwise

from .evidence import evidence

WATCH = "com.example.watch/com.example.watch.Listener"
SPY = "com.example.spy/com.example.core.Notes"
HEAD = "accessibility_enabled=0\n"
DUMP = """\
GLOBAL SETTINGS (user 0)
_id:1 name:enabled_notification_listeners pkg:android value:com.example.global/.Listener
SECURE SETTINGS (user 0)
_id:1 name:enabled_notification_listeners pkg:android value:{null} default:x defaultSystemSet:true
SECURE SETTINGS (user 10)
_id:1 name:enabled_notification_listeners pkg:a value:com.example.watch/.Listener tag:y
SECURE SETTINGS (user 11)
_id:1 name:accessibility_enabled pkg:android value:0
SYSTEM SETTINGS (user 0)
_id:1 name:show_password pkg:android value:1
"""
FOURTEEN = """\
Current Notification Manager state:
  Notification List:
    NotificationRecord(0x0c76acd8: pkg=com.example.chat user=UserHandle{0} id=1 tag=null)
      tickerText=Somebody's words

  Notification listeners:
    Allowed notification listeners:
      com.example.watch/.Listener:com.example.spy/com.example.core.Notes {PRIMARY}
      com.example.other (user: 0 isPrimary: false isUserChanged: false)
       (user: 10 isPrimary: true isUserChanged: false)
    Has user set:
      userId=0 value={com.example.spy/com.example.core.Notes}
(user 0):   All notification listeners (2) enabled for current profiles:
      ComponentInfo{com.example.watch/com.example.watch.Listener}
      ComponentInfo{com.example.spy/com.example.core.Notes}
    Live notification listeners (3):
      ComponentInfo{com.android.systemui/com.android.systemui.Listener} (user -1): a.b.C$D@1f SYSTEM
      ComponentInfo{com.example.spy/com.example.core.Notes} (user 0): a.b.C$D@1e
      ComponentInfo{com.example.watch/com.example.watch.Listener} (user 10): a.b.C$D@1e
    Snoozed notification listeners (0):
    mListenerHints: 0

  Notification assistant services:
    Allowed notification assistants:
      com.example.assistant/.Assistant (user: 0 isPrimary: true isUserChanged: false)
    Live notification assistants (0):

  Zen Mode:
    mZenMode=ZEN_MODE_OFF
""".replace("{PRIMARY}", "(user: 0 isPrimary: true isUserChanged: false)")


def stated(data, **kinds):
    return list(parse(evidence(data, "x", **kinds)))


def settings(data, **kinds):
    return list(parse_settings(evidence(data, "settings", "list", "secure", user=10, **kinds)))


def set_to(value, **kinds):
    return settings(f"{HEAD}enabled_notification_listeners={value}", **kinds)


def listener(component, user=0, **more):
    package = component.partition("/")[0]
    return NotificationListener(
        user=user, component=component, package=package, enabled=True, **more
    )


def app(component, user=0):
    package = component.partition("/")[0]
    return App(user=user, package=package, notification_listeners=(component,))


def others(user):
    return Otherwise(entity="app", user=user, field="notification_listeners", value=None)


def test_the_setting_of_a_user():
    assert [
        listener(WATCH, 10),
        listener(SPY, 10),
        app(WATCH, 10),
        app(SPY, 10),
        others(10),
    ] == set_to("com.example.watch/.Listener:com.example.spy/com.example.core.Notes\n")


def test_the_settings_of_each_user_in_a_recording():
    found = list(parse_settings_dump(evidence(DUMP)))

    assert [others(0), listener(WATCH, 10), app(WATCH, 10), others(10), others(11)] == found


@pytest.mark.parametrize("value", ["null\n", "\n"])
def test_a_setting_that_lists_none(value):
    assert [others(10)] == set_to(value)


def test_settings_that_do_not_name_it():
    assert [others(10)] == settings(HEAD)


@pytest.mark.parametrize("end", ["com.example.watch/.Listener:com.exam", "null"])
def test_a_setting_that_may_be_cut_states_nothing(end):
    assert [] == set_to(end)


def test_a_cut_list_does_not_say_that_there_are_none():
    assert [] == settings(HEAD + "z=1")
    assert [] == settings(HEAD, exit_code=1)


def test_a_value_that_imitates_the_setting_states_nothing():
    line = "\nenabled_notification_listeners=com.forged/.Listener\n"

    assert [] == set_to("com.example.watch/.Listener" + line)


def test_a_setting_that_is_no_list_is_an_error():
    with pytest.raises(ParseError):
        set_to("com.example.watch\n")


def test_a_user_that_the_shell_may_not_see():
    refused = b"java.lang.SecurityException: Shell does not have permission to access user 150\n"

    with pytest.raises(NotAvailable):
        settings("", errors=refused, exit_code=255)


def test_the_part_of_the_listeners_in_a_recording():
    assert [
        listener(WATCH, bound=False),
        listener(SPY, bound=True),
        app(WATCH),
        app(SPY),
        others(0),
        others(10),
    ] == stated(FOURTEEN)


def test_android_8():
    data = FOURTEEN.replace(" isUserChanged: false", "").replace("(user 0):   All", "    All")
    data = data.replace("    Has user set:\n", "").replace("      userId=0 value", "      x value")

    assert stated(FOURTEEN)[1] == stated(data)[1]


def test_who_is_bound_is_not_stated_by_a_text_that_is_cut_among_them():
    data = FOURTEEN[
        : FOURTEEN.index(
            "      ComponentInfo{com.example.watch/com.example.watch.Listener} (user 10)"
        )
    ]

    assert [listener(WATCH), listener(SPY)] == stated(data)[:2]


@pytest.mark.parametrize(
    "data",
    [
        FOURTEEN[: FOURTEEN.index("  Notification listeners")],
        "Current Notification Manager state:\n",
    ],
)
def test_a_recording_of_the_notifications_alone(data):
    with pytest.raises(NotAvailable) as caught:
        stated(data)

    assert caught.value.reason == "field_not_stated"


@pytest.mark.parametrize(
    "data",
    [
        "",
        "hello\n",
        FOURTEEN[: FOURTEEN.index("    Allowed")],
        FOURTEEN[: FOURTEEN.index("       (user: 10")],
        FOURTEEN.replace("Somebody's words", "\n  Notification listeners:\n"),
        FOURTEEN.replace("com.example.watch/.Listener:", "watch:"),
    ],
)
def test_other_output_is_an_error(data):
    with pytest.raises(ParseError):
        stated(data)
