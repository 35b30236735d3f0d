"""Keyboards, from the settings and from what a recording holds of the service."""

from __future__ import annotations

import pytest

from scanner.artifacts.android.input_methods import (
    parse_current,
    parse_enabled,
    parse_settings,
    parse_settings_dump,
)
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import App, InputMethod, Otherwise

from .evidence import evidence

KEYS = "com.example.keys/com.example.keys.Board"
VOICE = "com.example.voice/com.example.ime.Voice"
HEAD = "accessibility_enabled=0\n"
DUMP = """\
SECURE SETTINGS (user 0)
_id:1 name:accessibility_enabled pkg:android value:0
SECURE SETTINGS (user 10)
_id:1 name:default_input_method pkg:a value:com.example.keys/.Board default: defaultSystemSet:true
_id:2 name:enabled_input_methods pkg:a value:com.example.keys/.Board;1:{VOICE} tag:y
SYSTEM SETTINGS (user 0)
_id:1 name:show_password pkg:android value:1
""".replace("{VOICE}", VOICE)
TEN = """\
Current Input Method Manager state:
  Input Methods: mMethodMapUpdateCount=3
  InputMethod #0:
    mId=com.example.keys/.Board mSettingsActivityName=x mIsVrOnly=false
    Service:
      ServiceInfo:
        labelRes=0x7f0e004b nonLocalizedLabel=null icon=0x0 banner=0x0
  Clients:
  mCurMethodId=com.example.keys/.Board
  mCurClient=ClientState{16a8af7 uid=10082 pid=1878 displayId=0} mCurSeq=2
  mSettings:
    mCurrentUserId=11
    mCurrentProfileIds=[11]
    mEnabledInputMethodsStrCache=com.example.keys/.Board:com.example.voice/com.example.ime.Voice
  mStartInputHistory:
   StartInput #0:

Input method client state for android.view.inputmethod.InputMethodManager@b050b0d:
  mCurMethodId=com.forged/.Board
  mEnabledInputMethodsStrCache=com.forged/.Board
"""
SIXTEEN = """\
Input Method Manager Service state:
  mSystemReady=true
  mCurrentImeUserId=0
  mStartInputHistory:
  UserId=0
    mBindingController:
      mSelectedMethodId=com.example.keys/.Board
      mCurId=com.example.keys/.Board
    Input Methods:

No input method client.
"""
KEYBOARD = {"component": KEYS, "package": "com.example.keys"}


def of(parse, data, **kinds):
    return list(parse(evidence(data, "x", **kinds)))


def enabled(user):
    return [
        InputMethod(user=user, enabled=True, **KEYBOARD),
        InputMethod(user=user, component=VOICE, package="com.example.voice", enabled=True),
        Otherwise(entity="input_method", user=user, field="enabled", value=False),
        App(user=user, package="com.example.keys", input_methods=(KEYS,)),
        App(user=user, package="com.example.voice", input_methods=(VOICE,)),
        Otherwise(entity="app", user=user, field="input_methods", value=None),
    ]


def current(user):
    return [
        InputMethod(user=user, current=True, **KEYBOARD),
        Otherwise(entity="input_method", user=user, field="current", value=False),
    ]


def settings(data, **kinds):
    return list(parse_settings(evidence(data, "settings", "list", "secure", user=10, **kinds)))


NONE = [*enabled(10)[2::3], *current(10)[1:]]


def test_the_settings_of_a_user_with_subtypes():
    value = "com.example.keys/.Board;1234;-55:com.example.voice/com.example.ime.Voice"
    lines = f"default_input_method=com.example.keys/.Board\nenabled_input_methods={value}\n"

    assert enabled(10) + current(10) == settings(HEAD + lines)


@pytest.mark.parametrize("value", ["null", ""])
def test_a_profile_that_lists_none(value):
    assert NONE == settings(HEAD)
    assert NONE == settings(f"{HEAD}default_input_method={value}\nenabled_input_methods={value}\n")


def test_the_settings_of_each_user_in_a_recording():
    found = list(parse_settings_dump(evidence(DUMP)))

    assert enabled(10) + current(10) == [one for one in found if one.user == 10]
    assert enabled(0)[2::3] + current(0)[1:] == [one for one in found if one.user == 0]


@pytest.mark.parametrize("value", ["com.example.keys", "com.example.keys/"])
def test_what_is_no_keyboard_is_an_error(value):
    for name in ("default_input_method", "enabled_input_methods"):
        with pytest.raises(ParseError):
            settings(f"{HEAD}{name}={value}\n")


@pytest.mark.parametrize("name", ["default_input_method", "enabled_input_methods"])
def test_a_list_that_was_cut_states_no_half_a_name_and_no_absence(name):
    assert [] == settings(f"{HEAD}{name}=com.example.keys/.Boa")


def test_a_value_that_imitates_a_setting_states_nothing_of_it():
    lines = "default_input_method=a/.B\ndefault_input_method=com.forged/.Board\n"

    assert enabled(10)[2::3] == settings(HEAD + lines)


def test_a_user_that_the_shell_may_not_see():
    refused = b"java.lang.SecurityException: Shell does not have permission to access user 150\n"

    with pytest.raises(NotAvailable):
        settings("", errors=refused, exit_code=255)


def test_a_recording_of_android_10():
    assert enabled(11) == of(parse_enabled, TEN)
    assert current(11) == of(parse_current, TEN)


def test_a_recording_of_android_16_holds_the_one_in_use_only():
    assert current(0) == of(parse_current, SIXTEEN)
    with pytest.raises(NotAvailable):
        of(parse_enabled, SIXTEEN)


def test_a_recording_cut_in_a_line_does_not_state_it():
    with pytest.raises(NotAvailable):
        of(parse_enabled, TEN[: TEN.index("ample.voice")])


def test_a_label_that_imitates_a_line_is_an_error():
    data = TEN.replace("Label=null", "Label=\n  mCurMethodId=com.forged/.Board\n")

    for parse in (parse_enabled, parse_current):
        with pytest.raises(ParseError, match="once"):
            of(parse, data)


@pytest.mark.parametrize(
    "data",
    [
        "",
        "hello\n",
        TEN[: TEN.index("  mCurMethodId")],
        TEN.replace("    mCurrentUserId=11\n", ""),
        TEN.replace("com.example.keys/.Board", "com.example.keys"),
    ],
)
def test_other_output_is_an_error(data):
    with pytest.raises(ParseError):
        of(parse_current, data)
