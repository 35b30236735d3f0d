"""Apps planted into our recorded phones, which are then printed as Android prints them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.corpus.injected import add_operations
from tests.lookalikes.planted import Plant, Planted
from tests.pipeline.recordings import GENERATORS
from tests.sources.recorded.collected import generator

_DAY = 86_400_000
_LISTED_SERVICES = 29  # before, the service prints labels only
_RECORDED = 1_795_109_412_000  # 2026-11-19 17:30:12
_INSTALLED = "2026-11-10 09:12:44"
_LISTS = {
    "accessibility": "enabled_accessibility_services",
    "listener": "enabled_notification_listeners",
}


def with_apps(name: str, plant: Plant, *, sdk: int | None = None) -> Any:
    """Return a phone of ours with apps and keys on it; `sdk`: as another version prints it."""
    phone = generator(GENERATORS[name]).phone()
    if sdk is not None:
        known = {"ro.build.version.sdk": str(sdk)}
        phone = dataclasses.replace(phone, sdk=sdk, properties={**phone.properties, **known})
    for app in plant.apps:
        phone = _with(phone, app)
    model = generator("model")
    keys = [
        model.Key(seed=str(key.seed), name="pc", connected=_RECORDED - (key.days or 0) * _DAY)
        for key in plant.keys
    ]
    return dataclasses.replace(phone, keys=(*phone.keys, *keys))


def _with(phone: Any, app: Planted) -> Any:
    model, policies = generator("model"), ("wipe-data", "force-lock")
    app_id = max(each.app_id for each in phone.apps) + 1
    made = _made(phone, app, app_id)
    changed: dict[str, Any] = {"apps": (*phone.apps, made)}
    if app.admin or app.owner:
        uid = app.user * 100_000 + app_id
        admin = model.Admin(
            user=app.user,
            component=app.component,
            uid=uid,
            policies=policies,
            owner=app.owner or None,
        )
        changed["admins"] = (*phone.admins, admin)
    if app.accessibility in {"dump", "both"}:
        service = model.Service(
            user=app.user, component=app.component, label="Core", capabilities=171
        )
        changed["services"] = (*phone.services, service)
    settings = {place: dict(values) for place, values in phone.settings.items()}
    secure = settings[app.user, "secure"]
    for field, setting in _LISTS.items():
        told = getattr(app, field)
        if told in {"setting", "both"} or (
            told and (field == "listener" or phone.sdk < _LISTED_SERVICES)
        ):
            listed = secure.get(setting) or ""
            secure[setting] = f"{listed}:{app.component}" if listed else app.component
    return dataclasses.replace(phone, settings=settings, **changed)


def _made(phone: Any, app: Planted, app_id: int) -> Any:
    model = generator("model")
    like = next(each for each in phone.apps if not each.system and each.state(0).installed)
    permission = "android.permission.{}".format
    runtime = [(permission(one), True) for one in app.granted]
    runtime += [(permission(one), False) for one in app.refused]
    state = model.UserState(first=_INSTALLED, runtime=tuple(runtime))
    folder = f"/system/app/{app.package}" if app.system else f"/data/app/~~9w==/{app.package}-Qx=="
    receivers = ((".Woken", app.receivers),) if app.receivers else ()
    services = ((".Card", app.services),) if app.services else ()
    return dataclasses.replace(
        like,
        name=app.package,
        app_id=app_id,
        path=folder,
        apk=f"{folder}/base.apk",
        flags=("HAS_CODE", *app.flags.split(), *(("SYSTEM",) if app.system else ())),
        installer=None if app.installer == "null" else app.installer,
        initiating=app.initiator,
        originating=None,
        source=app.source,
        update_owner=None,
        shared_user=None,
        factory=None,
        updated=_INSTALLED,
        install=tuple((permission(one), True) for one in app.at_install),
        users={app.user: state},
        launcher=f"{app.package}.Main" if app.launcher else None,
        receivers=receivers,
        services=services,
    )


def _operations(phone: Any, plant: Plant) -> tuple[str, str]:
    """Return what our phone prints of app-ops, and the same with those of the planted apps."""
    before = changed = generator("app_operations").render(phone)
    for app in plant.apps:
        if app.operations:
            changed = add_operations(changed, app)
    return before, changed


def bugreport(folder: Path, phone: Any, plant: Plant) -> Path:
    """Write the phone as the text of a bugreport."""
    text = generator("recordings").dumpstate(phone).replace(*_operations(phone, plant))
    path = folder / "bugreport.txt"
    path.write_text(text, "utf-8", newline="\n")
    return path


def androidqf(folder: Path, phone: Any, plant: Plant) -> Path:
    """Write the phone as androidqf leaves it."""
    return _write(
        folder / "collected", generator("androidqf").files(phone, hashes=False), phone, plant
    )


def served(folder: Path, phone: Any, plant: Plant) -> Path:
    """Write the phone as the folder that the simulator serves."""
    return _write(folder / phone.name, generator("folder").files(phone), phone, plant)


def _write(folder: Path, files: Mapping[str, bytes], phone: Any, plant: Plant) -> Path:
    before, changed = (text.encode() for text in _operations(phone, plant))
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.replace(before, changed))
    return folder
