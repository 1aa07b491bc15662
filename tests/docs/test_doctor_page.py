"""The page of the doctor says what must be allowed, as the code has it."""

from __future__ import annotations

import re

from nightlatch.adapters.doctor.needs import FIRING_NEEDS, NEEDS
from pages import text_of

PAGE = text_of("docs/doctor.md")


def actions_behind(words: str) -> dict[str, str]:
    """Give the table that follows some words: actions, and why."""
    table = PAGE.split(words)[1].split("\n| --- | --- |\n")[1].split("\n\n")[0]
    return dict(re.findall(r"^\| `([^`]+)` \| (.+) \|$", table, re.MULTILINE))


def test_every_call_of_the_doctor_is_among_the_permissions() -> None:
    assert actions_behind("For `nightlatch doctor`:") == {need.action: need.why for need in NEEDS.values()}


def test_every_call_of_live_fire_is_among_its_own() -> None:
    assert actions_behind("For `nightlatch doctor --live-fire`") == {
        need.action: need.why for need in FIRING_NEEDS.values()
    }


def test_the_doctor_reads_and_no_more() -> None:
    verbs = {need.call.removeprefix("Head") for need in NEEDS.values()}
    reading = ("Describe", "Get", "List", "Bucket")

    assert {verb for verb in verbs if not verb.startswith(reading)} == set()
    assert "secretsmanager:GetSecretValue" not in NEEDS
