"""Apps planted into real bugreports, in memory only: each in the layout that its version prints.

A package's block is that of another package of the same text with the facts of the planted one; all
else is inserted where this text holds its own: resolver tables, app-ops, accessibility services,
the settings, listeners, device admins and owners, adb keys.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from scanner.formats.uids import USER_RANGE, printed_uid
from tests.lookalikes.planted import MAIN, Key, Planted

_LAST_APP, _DAY = 20_000, 86_400_000
_CODES = {"allow": 0, "ignore": 1, "deny": 2, "default": 3}
_OLD_OPERATION = "      {0}: mode={1}; time=+2d3h56m2s493ms ago\n"
_OPERATION = "      {0} ({2}): \n"
_SHIPPED = "/system/app/Core"
_OWN_FACTS = ("installerPackageName=", "sharedUser=", "userId=", "flags=", "pkgFlags=")
_LISTS = ("declared permissions:", "install permissions:", "requested permissions:", "User ")


def plant(
    texts: Mapping[str, str], apps: Iterable[Planted], keys: Iterable[Key] = ()
) -> dict[str, str]:
    """Return the texts of the services that change, by service."""
    found = dict(texts)
    for app in apps:
        found["package"] = _package(found["package"], app)
        for wanted, service, write in _PLACES:
            if wanted(app, found):
                found[service] = write(found[service], app)
    for key in keys if "adb" in found else ():
        found["adb"] = _adb(found["adb"], key)
    return {service: text for service, text in found.items() if text != texts[service]}


def says_services(text: str) -> bool:
    """Say whether this version lists the enabled services in `dumpsys accessibility`."""
    return "Enabled services:{" in text


def _new_uid(text: str) -> int:
    return max(int(uid) for uid in re.findall(r"^    userId=(1\d{4})$", text, re.MULTILINE)) + 1


def _package(text: str, app: Planted) -> str:
    """Insert the package at the end of the list, and its components in the tables."""
    at = text.index("\nPackages:\n")
    end = re.compile(r"^\n(?=\S)", re.MULTILINE).search(text, at + 12)
    assert end is not None
    ours = next(
        block
        for block in re.split(r"(?m)^(?=  Package \[)", text[at : end.start()])[1:]
        if "runtime permissions:" in block and "    sharedUser=" not in block
    )
    block = "".join(f"{line}\n" for line in _block(ours, app, _new_uid(text)))
    text = text[: end.start()] + block + text[end.start() :]
    if app.launcher or app.icon_disabled:
        text = _resolved(text, "Activity", MAIN, f"{app.package}/.Main")
    for action in app.receivers:
        text = _resolved(text, "Receiver", action, f"{app.package}/.Woken")
    for action in app.services:
        text = _resolved(text, "Service", action, f"{app.package}/.Core")
    return text.replace("\nDexopt state:\n", f"\nDexopt state:\n  [{app.package}]\n", 1)


def _block(ours: str, app: Planted, uid: int) -> Iterable[str]:
    """Return the lines of a package, with all facts of another one that are not its own."""
    lines = ours.splitlines()
    name = re.match(r"  Package \[(\S+)\]", lines[0])
    assert name is not None
    yield lines[0].replace(name[1], app.package)
    yield f"    userId={uid}"
    listed = False
    for line in lines[1:]:
        fact = line[4:] if line[4:5] != " " else ""
        listed = fact.startswith(_LISTS) if fact else listed
        if fact.startswith(("codePath=", "resourcePath=")):
            folder = f"/data/app/{app.package}-q8mzMxAkSC6bZxUa3w=="
            yield f"    {fact.partition('=')[0]}={_SHIPPED if app.system else folder}"
        elif fact and not listed and not fact.startswith(_OWN_FACTS):
            yield line.replace(name[1], app.package)
        if fact.startswith("lastUpdateTime=") and app.installer is not None:
            yield f"    installerPackageName={app.installer}"
        if fact.startswith(("flags=", "pkgFlags=")):
            own = f"SYSTEM {app.flags}" if app.system else app.flags
            yield f"    {fact.partition('=')[0]}=[ {own}HAS_CODE ALLOW_CLEAR_USER_DATA ]"
    yield "    install permissions:"
    yield from (f"      android.permission.{one}: granted=true" for one in app.at_install)
    marks = "flags=[ USER_SET" in ours or ", flags=[ " in ours
    for user, states in re.findall(r"^    User (\d+): (.*)$", ours, re.MULTILINE):
        here = int(user) == app.user
        yield f"    User {user}: " + _set(states, installed=here)
        yield "      gids=[3003]"
        if here:
            yield from _for_the_user(app, ", flags=[ USER_SET ]" if marks else "")


def _for_the_user(app: Planted, marks: str) -> Iterable[str]:
    if app.granted or app.refused:
        yield "      runtime permissions:"
    for names, state in ((app.granted, "true"), (app.refused, "false")):
        yield from (f"        android.permission.{one}: granted={state}{marks}" for one in names)
    if app.icon_disabled:
        yield "      disabledComponents:"
        yield f"        {app.package}.Main"


def _set(states: str, *, installed: bool) -> str:
    states = re.sub(r"\binstalled=\w+", f"installed={str(installed).lower()}", states)
    return re.sub(r"\b(stopped|hidden|suspended)=true", r"\1=false", states)


def _resolved(text: str, table: str, action: str, component: str) -> str:
    """Insert a component below its action, with the action where nothing answers it yet."""
    start = text.index(f"{table} Resolver Table:\n")
    at = text.index("  Non-Data Actions:\n", start) + len("  Non-Data Actions:\n")
    end = text.index("\n\n", at)
    line = f"        5fa1b2c {component}\n"
    known = text.find(f"      {action}:\n", at, end)
    if known < 0:
        return f"{text[:at]}      {action}:\n{line}{text[at:]}"
    after = known + len(f"      {action}:\n")
    return text[:after] + line + text[after:]


def add_operations(text: str, app: Planted) -> str:
    """Insert the app-ops of an app: at its package, or as a uid behind all others of its user."""
    old = ": mode=0" in text and "(allow)" not in text
    line = _OLD_OPERATION.format if old else _OPERATION.format
    listed = "".join(line(name, _CODES[mode], mode) for name, mode in app.operations)
    known = text.find(f"    Package {app.package}:\n")
    if known >= 0:
        at = known + len(f"    Package {app.package}:\n")
        return text[:at] + listed + text[at:]
    foot = re.search(r"\n\n?(?=\Z|--------- |\n  AppOps policy)", text)
    end = foot.start() + 1 if foot else len(text)
    for match in re.finditer(r"^  Uid (u\d+\w+):$", text, re.MULTILINE):
        if (printed_uid(match[1]) or 0) >= app.user * USER_RANGE + _LAST_APP:
            end = match.start()
            break
    numbers = re.findall(rf"^  Uid u{app.user}a(\d+):$", text, re.MULTILINE)
    uid = f"  Uid u{app.user}a{max(map(int, numbers), default=900) + 1}:\n"
    state = "" if old else "    state=cch  \n"
    return f"{text[:end]}{uid}{state}    Package {app.package}:\n{listed}{text[end:]}"


def _accessibility(text: str, app: Planted) -> str:
    enabled = re.search(r"Enabled services:\{(.*?)\}(?=\n)", text)
    assert enabled is not None
    names = ", ".join(filter(None, (enabled[1], f"{{{app.component}}}")))
    return text[: enabled.start(1)] + names + text[enabled.end(1) :]


def _setting(text: str, user: int, name: str, component: str) -> str:
    """Add a component to a list of the secure settings of a user."""
    start = text.index(f"SECURE SETTINGS (user {user})\n")
    end = text.find(" SETTINGS (user ", start + 10)
    end = len(text) if end < 0 else end
    known = re.compile(
        rf"^_id:(\S+) name:{name} (?:pkg:\S+ )?value:(.*?)(?: default:.*)?$", re.MULTILINE
    )
    match = known.search(text, start, end)
    listed = match[2] if match and match[2] not in {"", "null", "{null}"} else ""
    value = f"{listed}:{component}" if listed else component
    number = match[1] if match else "90001"
    line = f"_id:{number} name:{name} pkg:com.android.settings value:{value} default:{value}"
    line += " defaultSystemSet:true"
    if match is not None:
        return text[: match.start()] + line + text[match.end() :]
    at = text.index("_id:", start)
    return f"{text[:at]}{line}\n{text[at:]}"


def _listener(text: str, app: Planted) -> str:
    start = text.index("    Allowed notification listeners:\n") + 36
    end = text.index("    All notification listeners (", start)
    owned = f" (user: {app.user} isPrimary: true"
    lines = text[start:end].splitlines(keepends=True)
    for number, line in enumerate(lines):
        if owned in line:
            lines[number] = line.replace(owned, f":{app.component}{owned}")
            break
    else:
        lines.append(f"      {app.component}{owned})\n")
    return text[:start] + "".join(lines) + text[end:]


def _admin(text: str, app: Planted) -> str:
    title = f"  Enabled Device Admins (User {app.user}, provisioningState: 0):\n"
    at = text.index(title) + len(title)
    policies = "".join(f"        {one}\n" for one in ("wipe-data", "force-lock"))
    head = f"      uid=10400\n      testOnlyAdmin=false\n      policies:\n{policies}"
    return f"{text[:at]}    {app.component}:\n{head}      passwordQuality=0x0\n{text[at:]}"


def _owner(text: str, app: Planted) -> str:
    title = "Current Device Policy Manager state:\n"
    at = text.index(title) + len(title)
    facts = f"    admin=ComponentInfo{{{app.component}}}\n    name=\n    package={app.package}\n"
    if app.owner == "profile":
        return f"{text[:at]}  Profile Owner (User {app.user}): \n{facts}\n{text[at:]}"
    return f"{text[:at]}  Device Owner: \n{facts}    User ID: {app.user}\n\n{text[at:]}"


def _adb(text: str, key: Key) -> str:
    text = text.replace("user_keys=", f"user_keys={key} somebody@computer\n", 1)
    if key.days is None:
        return text
    latest = max(map(int, re.findall(r'lastConnection="(\d+)"', text)))
    stored = f'    <adbKey key="{key}" lastConnection="{latest - key.days * _DAY}" />\n'
    at = re.search(r"keystore=<\?xml .*\n", text)
    assert at is not None
    return text[: at.end()] + stored + text[at.end() :]


Writer = Callable[[str, Planted], str]


def _secure(name: str) -> Writer:
    return lambda text, app: _setting(text, app.user, name, app.component)


_PLACES: tuple[tuple[Callable[[Planted, dict[str, str]], bool], str, Writer], ...] = (
    (lambda app, _: bool(app.operations), "appops", add_operations),
    (
        lambda app, texts: (
            app.accessibility in {"dump", "both"} and says_services(texts["accessibility"])
        ),
        "accessibility",
        _accessibility,
    ),
    (
        lambda app, texts: (
            app.accessibility in {"setting", "both"}
            or (bool(app.accessibility) and not says_services(texts["accessibility"]))
        ),
        "settings",
        _secure("enabled_accessibility_services"),
    ),
    (lambda app, _: app.listener in {"dump", "both"}, "notification", _listener),
    (
        lambda app, _: app.listener in {"setting", "both"},
        "settings",
        _secure("enabled_notification_listeners"),
    ),
    (lambda app, _: app.admin or bool(app.owner), "device_policy", _admin),
    (lambda app, _: bool(app.owner), "device_policy", _owner),
)
