"""Texts of the powers of apps, by artifact: the reading's place, and its text with a stranger's
words (`{canary}`) where personal ones stand."""

from __future__ import annotations

from . import (
    test_app_operations,
    test_battery_history,
    test_input_methods,
    test_media_projection,
    test_notification_listeners,
    test_platform_compat,
    test_roles,
    test_schedules,
)


def texts(canary: str) -> dict[str, list[tuple[int, str]]]:
    """Return the texts with a canary in the place of what is personal."""
    return {
        "android.app_operations": [
            (0, test_app_operations.FOURTEEN.replace("tag one", canary)),
            (0, test_app_operations.NINE),
            (0, test_app_operations.EIGHT),
        ],
        "android.notification_listeners": [
            (0, f"x={canary}\nenabled_notification_listeners=com.example.watch/.Listener\n"),
            (1, test_notification_listeners.DUMP.replace("show_password", canary)),
            (2, test_notification_listeners.FOURTEEN.replace("Somebody's words", canary)),
        ],
        "android.input_methods": [
            (0, f"default_input_method=com.example.keys/.Board;12\nx={canary}\n"),
            (1, test_input_methods.DUMP.replace("show_password", canary)),
            (2, f"{test_input_methods.TEN}  {canary}\n"),
            (3, f"{test_input_methods.SIXTEEN}  {canary}\n"),
        ],
        "android.roles": [(0, test_roles.TWO), (0, test_roles.ONE)],
        "android.media_projection": [(0, test_media_projection.GRANT)],
        "android.schedules": [
            (0, test_schedules.JOBS.replace("somebody", canary)),
            (1, test_schedules.ALARMS.replace("SOMEBODYS", canary)),
        ],
        "android.platform_compat": [(0, test_platform_compat.TEXT)],
        "android.battery_history": [
            (0, test_battery_history.HISTORY + test_battery_history.OTHERS.replace("com", canary))
        ],
    }
