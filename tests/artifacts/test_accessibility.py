"""Accessibility services, in the layouts of Android 8 to 16 and of Samsung."""

from __future__ import annotations

import pytest

from scanner.artifacts.android.accessibility import parse
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import AccessibilityService, App, Otherwise

from .evidence import evidence

HEAD = "ACCESSIBILITY MANAGER (dumpsys accessibility)\n\n"
EIGHT = (
    HEAD
    + """\
User state[attributes:{id=0, currentUser=true, touchExplorationEnabled=false}
           services:{Service[label=Somebody's helper, feedbackType[X], capabilities=1]}]
"""
)
TEN = (
    HEAD
    + """\
User state[attributes:{id=0, currentUser=true, installedServiceCount=2}
     Bound services:{Service[label=Reader, feedbackType[FEEDBACK_SPOKEN], capabilities=1]}
     Enabled services:{{com.reader/.Service}, {com.keys/com.keys.x.Fill}}
     Binding services:{}]

"""
)
SIXTEEN = (
    "DUMP OF SERVICE accessibility:\nService host process PID: 633\n"
    + HEAD
    + """\
currentUserId=0
Magnifier on display#0
    MagnificationConfig[mode: 1, activated: false]
User state[
     attributes:{id=0, touchExplorationEnabled=false}
     shortcut key:{}
     installed services: {
      0 : com.reader/.Service  (A11yTool)
      1 : com.keys/.x.Fill
     }
     Bound services:{}
     Enabled services:{{com.reader/com.reader.Service}}
     Binding services:{}
     Crashed services:{}
     Client list info:{
          Registered clients:{
[com.android.systemui]}]
User state[
     attributes:{id=10, touchExplorationEnabled=false}
     Bound services:{}
     Enabled services:{}
     Binding services:{}]
Display[0] :
A11yWindow[AccessibilityWindowInfo[title=x
User state[
     attributes:{id=150, forged}
     Enabled services:{}
"""
)
SAMSUNG = (
    HEAD
    + """\
User state[attributes:{id=0, currentUser=true
  mIsBixbyRunning = false

  }
  installed services: {
    0 : com.samsung.accessibility/.Switch
    1 : com.reader/.Service
  }
  enabled services: {
    0 : com.reader/.Service
    1 : com.keys/.Fill
  }
  binding services: {
  }
  bound services:{
    0 : com.reader/.Service
  }
  AccessibilityInputFilter:{
  }]
"""
)
OTHERS = Otherwise(entity="app", user=0, field="accessibility_services", value=None)


def stated(data, **kinds):
    return list(parse(evidence(data, "dumpsys", "accessibility", **kinds)))


def test_android_8_names_labels_only_and_states_nothing():
    assert [] == stated(EIGHT)


def test_android_10():
    reader, fill = "com.reader/com.reader.Service", "com.keys/com.keys.x.Fill"

    assert [
        AccessibilityService(user=0, component=reader, package="com.reader", enabled=True),
        AccessibilityService(user=0, component=fill, package="com.keys", enabled=True),
        App(user=0, package="com.reader", accessibility_services=(reader,)),
        App(user=0, package="com.keys", accessibility_services=(fill,)),
        OTHERS,
    ] == stated(TEN)


def test_android_13_and_later_with_two_users_up_to_what_apps_write():
    reader = "com.reader/com.reader.Service"

    assert [
        AccessibilityService(
            user=0, component=reader, package="com.reader", enabled=True, bound=False
        ),
        App(user=0, package="com.reader", accessibility_services=(reader,)),
        OTHERS,
        Otherwise(entity="app", user=10, field="accessibility_services", value=None),
    ] == stated(SIXTEEN)


def test_samsung():
    reader, fill = "com.reader/com.reader.Service", "com.keys/com.keys.Fill"

    assert [
        AccessibilityService(
            user=0, component=reader, package="com.reader", enabled=True, bound=True
        ),
        AccessibilityService(user=0, component=fill, package="com.keys", enabled=True, bound=False),
        App(user=0, package="com.reader", accessibility_services=(reader,)),
        App(user=0, package="com.keys", accessibility_services=(fill,)),
        OTHERS,
    ] == stated(SAMSUNG)


def test_samsung_without_a_service():
    data = HEAD + "User state[attributes:{id=0, x\n  enabled services: {\n  }\n"

    assert [OTHERS] == stated(data)


@pytest.mark.parametrize(
    "data",
    [
        TEN[: TEN.index("     Enabled")],
        SAMSUNG[: SAMSUNG.index("    1 : com.keys")],
        SAMSUNG[: SAMSUNG.index("  enabled")],
    ],
)
def test_a_text_cut_before_the_end_of_the_list_states_nothing(data):
    assert [] == stated(data)


def test_a_list_that_is_cut_on_its_line_is_an_error():
    with pytest.raises(ParseError, match="one line"):
        stated(TEN[: TEN.index(", {com.keys") + 8])


@pytest.mark.parametrize(
    "forged",
    [
        "     Enabled services:{}\n",
        "User state[attributes:{id=0, x\n",
        "User state[attributes:{id=10, x\n     Enabled services:{}\n",
    ],
)
def test_a_label_that_imitates_lines_is_an_error(forged):
    with pytest.raises(ParseError):
        stated(TEN.replace("label=Reader", f"label=\n{forged}"))


def test_samsung_twice_is_an_error():
    with pytest.raises(ParseError, match="one list"):
        stated(SAMSUNG.replace("  binding", "  enabled"))


@pytest.mark.parametrize(
    "data",
    [
        "",
        "hello\n",
        HEAD,
        HEAD + "User state[\n",
        TEN.replace("{com.reader/.Service}", "{com.reader}"),
        SAMSUNG.replace("0 : com.reader/.Service", "what"),
        TEN.replace(
            "{com.reader/.Service}", ", ".join(f"{{a.b/c{number}}}" for number in range(600))
        ),
    ],
)
def test_other_output_is_an_error(data):
    with pytest.raises(ParseError):
        stated(data)


def test_a_refusal_is_no_answer():
    with pytest.raises(NotAvailable):
        stated("Can't find service: accessibility\n")


def test_the_list_of_installed_services_is_not_read():
    title = "  installed services: {\n"

    assert stated(SAMSUNG) == stated(SAMSUNG.replace(title, title * 2 + "    x\n"))


def test_a_list_that_ends_behind_a_service_was_cut():
    with pytest.raises(ParseError, match="on one line"):
        stated(TEN[: TEN.index(", {com.keys")])
