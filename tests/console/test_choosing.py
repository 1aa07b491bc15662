"""At the console an incident is snoozed, vouched for, or its deletion allowed: with a reason, once, by who may."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from builders import a_finding
from console.visitor import Visitor, form_on
from nightlatch.domain.answering.actions import ActionKind
from nightlatch.domain.answering.choices import Choice, allowances, declarations, snoozes
from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.responses import ResponseState
from nightlatch.domain.history.examples import AT

LATELY = (datetime.now(UTC) - AT).total_seconds() - 600
KNOWN = "AWS principal arn:aws:sts::111122223333:user/moto, credentials checked by AWS"


def incident(inside: Visitor, rule: str = "change.unexpected-writer", **changes: Any) -> Incident:
    finding = a_finding(rule=rule, **{"after_s": LATELY, **changes})
    return inside.desk.connection.incidents.fold(finding, policy_digest="")[0]


def stored(inside: Visitor, found: Incident) -> Incident:
    return inside.desk.connection.incidents.get(found.id)


def send(inside: Visitor, wanted: Choice, reason: str = "the vendor looks into it", **changes: str) -> Any:
    """Send what the page would send for a choice."""
    path = f"/incidents/{wanted.incident_id}/chosen"
    hidden = form_on(inside.page(f"/incidents/{wanted.incident_id}/say"), f"{inside.door.place}{path}")
    return inside.post(path, {**hidden, "choice": wanted.value, "reason": reason, **changes})


def test_a_snooze_is_kept_with_who_why_and_until_when_and_the_pages_say_so(inside: Visitor) -> None:
    found = incident(inside)

    done = send(inside, snoozes(found)[1])

    snooze = stored(inside, found).snooze
    assert done.status_code == 303
    assert snooze is not None
    assert (snooze.by, snooze.how, snooze.reason) == ("ben (U0BEN)", KNOWN, "the vendor looks into it")
    assert (snooze.until - snooze.at).total_seconds() == pytest.approx(86_400, abs=1)
    page = inside.page(f"/incidents/{found.id}")
    assert "Snoozed until" in page
    assert "By ben (U0BEN): the vendor looks into it" in page
    assert "Snoozed" in inside.page("/")


def test_a_snooze_is_ended_by_a_press_and_that_press_again_changes_nothing(inside: Visitor) -> None:
    found = incident(inside)
    send(inside, snoozes(found)[0])
    path = f"/incidents/{found.id}/wake"
    form = form_on(inside.page(f"/incidents/{found.id}"), f"{inside.door.place}{path}")

    done = inside.post(path, form)
    awake = stored(inside, found)
    again = inside.post(path, form)

    assert done.status_code == 303
    assert not awake.is_asleep(inside.desk.connection.now())
    assert again.status_code == 409
    assert stored(inside, found) == awake
    assert "Snoozed until" not in inside.page(f"/incidents/{found.id}")


@pytest.mark.parametrize("number", ["", "two", "-1", "²"])
def test_a_press_to_wake_that_names_no_snooze_is_refused(inside: Visitor, number: str) -> None:
    found = incident(inside)
    send(inside, snoozes(found)[0])
    before = stored(inside, found)

    hidden = {"form_token": inside.door.form_token, "number": number}
    assert inside.post(f"/incidents/{found.id}/wake", hidden).status_code == 409

    assert stored(inside, found) == before


def test_what_was_ours_is_declared_with_the_reason_and_can_be_ended(inside: Visitor) -> None:
    found = incident(inside)

    assert send(inside, declarations(found)[1], "the migration, OPS-12").status_code == 303

    (ours,) = stored(inside, found).ours
    assert (ours.by, ours.how, ours.reason) == ("ben (U0BEN)", KNOWN, "the migration, OPS-12")
    page = inside.page(f"/incidents/{found.id}")
    assert "ben (U0BEN) said: this was us" in page
    assert f"nightlatch ours --end {ours.id}" in page
    assert "This was us" not in inside.page(f"/incidents/{found.id}/say")


def test_a_deletion_is_allowed_and_one_without_recovery_needs_somebody_else_too(inside: Visitor) -> None:
    found = incident(inside, "deletion.force-delete", after_s=LATELY)
    found = incident(inside, "deletion.deletion-scheduled", after_s=LATELY + 5)
    forced, windowed = (choice for choice, _ in allowances(found))

    send(inside, forced, "the tenant left")
    send(inside, allowances(stored(inside, found))[1][0], "the tenant left")

    ledger = inside.desk.connection.ledger
    first, second = (ledger.get(one) for one in stored(inside, found).responses)
    assert {first.action.kind, second.action.kind} == {ActionKind.ALLOW_DELETION}
    assert (first.state, first.action.force, first.action.note) == (ResponseState.PROPOSED, True, "the tenant left")
    assert (second.state, second.action.force) == (ResponseState.APPROVED, False)
    assert windowed.what == allowances(found)[1][0].what


def test_the_same_form_again_changes_nothing(inside: Visitor) -> None:
    found = incident(inside)
    choice = snoozes(found)[0]
    send(inside, choice)
    before = stored(inside, found)

    again = send(inside, choice)

    assert again.status_code == 409
    assert "Nothing was changed" in again.text
    assert stored(inside, found) == before


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reason": "   "}, "say why"),
        ({"choice": ""}, "nothing was chosen"),
        ({"choice": "snooze:inc-0000000000000000:1:1h"}, "nothing was chosen"),
        ({"choice": "snooze:../..:1:1h"}, "nothing was chosen"),
    ],
)
def test_a_form_without_a_choice_or_a_reason_is_refused(inside: Visitor, changes: dict[str, str], said: str) -> None:
    found = incident(inside)

    answer = send(inside, snoozes(found)[0], **{"reason": "known", **changes})

    assert answer.status_code == 409
    assert said in answer.text
    assert stored(inside, found) == found


def test_a_form_of_another_site_is_refused(inside: Visitor) -> None:
    found = incident(inside)

    assert send(inside, snoozes(found)[0], form_token="guessed").status_code == 403

    assert stored(inside, found) == found


def test_a_long_reason_is_cut_and_stays_one_line(inside: Visitor) -> None:
    found = incident(inside)

    send(inside, snoozes(found)[0], "why\nnot " * 100)

    snooze = stored(inside, found).snooze
    assert snooze is not None
    assert len(snooze.reason) <= 200
    assert "\n" not in snooze.reason


def test_whoever_acted_may_say_nothing_of_it_and_the_page_tells_them(inside: Visitor) -> None:
    found = incident(inside, by=inside.desk.who)

    page = inside.page(f"/incidents/{found.id}/say")

    assert "acted in this incident" in page
    assert "<form" not in page
    hidden = {"form_token": inside.door.form_token, "choice": snoozes(found)[0].value, "reason": "all is well"}
    assert inside.post(f"/incidents/{found.id}/chosen", hidden).status_code == 403
    assert stored(inside, found) == found


def test_an_incident_of_last_month_can_be_snoozed_and_nothing_else(inside: Visitor) -> None:
    found = incident(inside, "deletion.deletion-scheduled", after_s=0)

    page = inside.page(f"/incidents/{found.id}/say")

    assert 'id="snooze"' in page
    assert 'id="ours"' not in page
    assert 'id="allow"' not in page
