"""What to do, and what not: the advice of findings, in the order in which to follow it."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from scanner.model.findings import Message
from scanner.report.messages import text
from scanner.report.shown import Shown

# In the order in which a person should read, and do, them.
NOW: tuple[str, ...] = (
    "advice.save_evidence_first",
    "advice.seek_help",
    "do.examine_again",
    "do.examine_unlocked",
    "do.examine_more",
    "do.keep_worry",
    "do.keep_report",
    "advice.ask_administrator",
    "advice.review_app",
    "advice.review_accessibility",
    "advice.review_device_admin",
    "advice.review_profiles",
    "advice.review_developer_apps",
    "advice.check_proxy",
    "advice.review_clock",
)
# What changes the phone: with a plan, and after the evidence is kept.
LATER: tuple[str, ...] = (
    "advice.revoke_adb_keys",
    "advice.turn_off_debugging",
    "advice.reset_trusted_computers",
    "advice.turn_off_developer_mode",
    "advice.set_passcode",
    "advice.set_screen_lock",
    "advice.reset_setting",
    "advice.encrypt_backups",
    "advice.restart_phone",
    "advice.enable_play_protect",
    "advice.update_system",
    "advice.relock_bootloader",
    "advice.factory_reset_after_help",
)
DO_NOT: tuple[str, ...] = (
    "do_not.install_file",
    "do_not.remove_first",
    "advice.do_not_confront",
    "do_not.search_here",
    "do_not.rely_on_report",
)


class Step(Struct, frozen=True):
    """One thing to do or not to do, and one finding of each rule that asks for it."""

    text: str
    because: tuple[Shown, ...] = ()


def steps(
    shown: Iterable[Shown], always: Iterable[str], language: str
) -> tuple[tuple[Step, ...], tuple[Step, ...], tuple[Step, ...]]:
    """Return what to do now, what later, and what not; `always` is said without a cause."""
    asked: dict[str, dict[str, Shown]] = {}
    for each in shown:
        if each.finding.suppressed is None:
            for name in each.finding.advice:
                id = name if name.startswith("advice.") else f"advice.{name}"
                asked.setdefault(id, {}).setdefault(each.finding.rule, each)
    asked |= {id: {} for id in always}  # what is said in any case needs no cause

    def of(ids: Iterable[str]) -> tuple[Step, ...]:
        return tuple(
            Step(text(Message(id), language), tuple(asked[id].values()))
            for id in ids
            if id in asked
        )

    unknown = sorted(asked.keys() - {*NOW, *LATER, *DO_NOT})
    return of(NOW), of((*LATER, *unknown)), of(DO_NOT)
