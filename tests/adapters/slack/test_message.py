"""A message says what a tired person needs, cannot break Slack's limits, and carries no stranger's markup."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import a_finding, a_response, an_incident
from nightlatch.adapters.slack.message import render, render_follow_up, sentence
from nightlatch.detections import CATALOGUE
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.responses import ResponseState, Signal, Step
from nightlatch.domain.event.principals import PrincipalKind
from nightlatch.domain.history.examples import AT, a_person, a_secret, a_user
from nightlatch.domain.judging.findings import Remedy
from nightlatch.domain.judging.rules import detect
from nightlatch.local.slack.workspace import buttons_of, check_message, choices_of


def all_text(message: object) -> str:
    return json.dumps(message, ensure_ascii=False)


def test_the_push_text_is_a_sentence_with_severity_actor_and_secret():
    message = render(
        an_incident(a_finding(by=a_person("ana"), headline="{who} wrote {secrets}")), (), action_mode="slack"
    )

    assert message["text"] == "HIGH: ana (Admin, Identity Center) wrote secret prod/db (account 111122223333)"


def test_what_changed_in_a_value_is_a_section_of_its_own_and_no_strangers_markup():
    notes = ["prod/db: keys changed: password", "prod/<!channel>: keys added: " + "k" * 500]

    message = render(an_incident(), (), action_mode="off", notes=notes)

    check_message(message)
    assert "*Changed*\\n• prod/db: keys changed: password" in all_text(message)
    assert "<!channel>" not in all_text(message)


def test_an_offered_response_is_a_button_with_an_opaque_id_and_a_confirmation():
    message = render(an_incident(), [a_response()], action_mode="slack")

    button = buttons_of(message)[0]
    assert (button["action_id"], button["value"]) == ("approve-r-1", "b-1")
    assert button["confirm"]["title"]["text"] == "Roll back prod/db?"


def test_a_finished_response_has_no_button_and_its_result_stands_in_the_message():
    done = a_response(ResponseState.SUCCEEDED, result="rolled secret prod/db back")

    message = render(an_incident(a_finding(remedy=Remedy.ROLL_BACK)), [done], action_mode="slack")

    assert buttons_of(message) == []
    assert "✅ rolled secret prod/db back" in all_text(message)
    assert message["attachments"][0]["blocks"][0]["text"]["text"].startswith("✅ HIGH")  # type: ignore[index]


@pytest.mark.parametrize(("mode", "expected"), [("cli", "nightlatch approve r-1"), ("off", None)])
def test_without_slack_actions_there_is_a_command_or_nothing(mode: str, expected: str | None):
    message = render(an_incident(), [a_response()], action_mode=mode)

    assert buttons_of(message) == []
    assert ("nightlatch approve" in all_text(message)) is (expected is not None)


def test_a_declined_response_says_who_declined():
    step = Step(at=a_response().proposed_at, signal=Signal.DENY, actor="ana (U01ANA)")

    message = render(an_incident(), [a_response(ResponseState.DENIED, steps=(step,))], action_mode="slack")

    assert "declined by ana (U01ANA)" in all_text(message)


def test_names_from_strangers_carry_no_mention_link_or_hidden_direction():
    hostile = "<!channel> <https://evil.example|click> \u202e`x` *y*"
    finding = a_finding(by=a_user(hostile), secrets=(a_secret(hostile, suffix=None),), reason=hostile)

    message = render(an_incident(finding), [a_response(secret=a_secret(hostile))], action_mode="slack")

    for text in (message["text"], *interpreted(message)):
        assert not any(part in str(text) for part in ("<!channel>", "<https://evil", "\u202e", "`x`", "*y*"))
    assert "\u202e" not in all_text(message)


def interpreted(message: object) -> list[str]:
    """Give every text that Slack reads as mrkdwn; plain_text is shown as it is."""
    if isinstance(message, dict):
        own = [str(message["text"])] if message.get("type") == "mrkdwn" else []
        return own + [text for part in message.values() for text in interpreted(part)]
    return [text for part in message for text in interpreted(part)] if isinstance(message, list) else []


NAMES = st.text(min_size=1, max_size=600)


@given(names=st.lists(NAMES, min_size=1, max_size=60), reason=st.text(max_size=3_000), offers=st.integers(0, 12))
def test_no_message_breaks_a_limit(names: list[str], reason: str, offers: int):
    finding = a_finding(secrets=tuple(a_secret(name, suffix=None) for name in names), reason=reason)
    others = [replace(finding, rule=f"rule-{n}", catalogue=f"X-{n}") for n in range(8)]
    responses = [a_response(id=f"r-{n}", secret=a_secret(names[0], suffix=None), result=reason) for n in range(offers)]
    done = [replace(response, state=ResponseState.SUCCEEDED) for response in responses]

    message: dict[str, Any] = render(an_incident(finding, *others), [*responses, *done], action_mode="slack")

    check_message(message)
    assert len(all_text(message["attachments"])) < 60_000


def test_a_follow_up_for_a_webhook_is_one_short_text():
    done = a_response(ResponseState.SUCCEEDED, result="rolled back")

    message = render_follow_up(an_incident(), [done])

    assert list(message) == ["text"]
    assert "rolled back" in str(message["text"])


@pytest.mark.parametrize(
    "other",
    [
        a_finding(rule="access.bulk-read"),
        a_finding(rule="deletion.deletion-scheduled", remedy=Remedy.RESTORE, secrets=(a_secret("prod/other"),)),
        a_finding(rule="deletion.deletion-scheduled", remedy=Remedy.RESTORE),
    ],
    ids=["nothing takes it back", "another secret was not restored", "it was not restored"],
)
def test_an_incident_is_not_settled_by_what_was_done_about_another_of_its_findings(other):
    incident = an_incident(a_finding(rule="change.unexpected-writer", remedy=Remedy.ROLL_BACK), other)
    done = a_response(ResponseState.SUCCEEDED, result="rolled back")

    message = render(incident, [done], action_mode="slack")

    assert message["attachments"][0]["blocks"][0]["text"]["text"].startswith("🔴 HIGH")  # type: ignore[index]
    assert "*Next*" in all_text(message)


def test_an_event_behind_two_findings_counts_once_and_every_call_is_named():
    reads = a_finding(rule="access.bulk-read", event_ids=("e1", "e2"), calls=("GetSecretValue",))
    deletion = a_finding(rule="deletion.scheduled", event_ids=("e3",))
    mass = a_finding(rule="deletion.mass-deletion", event_ids=("e3",))

    text = all_text(render(an_incident(reads, deletion, mass), (), action_mode="slack"))

    assert "DeleteSecret, GetSecretValue (3 events)" in text


def test_while_something_is_left_to_decide_the_headline_keeps_its_severity():
    done = a_response(ResponseState.SUCCEEDED, result="rolled back")

    message = render(an_incident(), [done, a_response(id="r-2")], action_mode="slack")

    assert message["attachments"][0]["blocks"][0]["text"]["text"].startswith("🔴 HIGH")  # type: ignore[index]


def test_what_was_done_names_the_person_who_said_yes():
    done = a_response(ResponseState.SUCCEEDED, result="rolled back")

    assert "rolled back · approved by ben (U0BEN)" in all_text(render(an_incident(), [done], action_mode="slack"))


def test_an_open_incident_says_what_a_person_does_next_and_a_settled_one_does_not():
    rule = CATALOGUE[0]
    incident = an_incident(a_finding(rule=rule.id, remedy=Remedy.ROLL_BACK))
    done = a_response(ResponseState.SUCCEEDED, result="rolled back")

    assert rule.playbook.splitlines()[0] in all_text(render(incident, (), action_mode="slack"))
    assert "*Next*" not in all_text(render(incident, [done], action_mode="slack"))


def offers(count: int, **changes: Any) -> list[Any]:
    return [
        a_response(id=f"r-{n}", button=f"b-{n}", secret=a_secret(f"prod/{n}"), now=AT + timedelta(seconds=n), **changes)
        for n in range(count)
    ]


def test_offers_stand_newest_first_each_with_the_id_that_can_be_typed():
    message = render(an_incident(), offers(3), action_mode="slack")

    assert [one["value"] for one in buttons_of(message)[::2]] == ["b-2", "b-1", "b-0"]
    assert all(f"`r-{n}` Roll back prod/{n}" in all_text(message) for n in range(3))


def test_many_offers_of_one_kind_are_one_menu_and_not_a_wall_of_buttons():
    message = render(an_incident(), offers(4), action_mode="slack")

    assert buttons_of(message) == []
    yes, no = (one for one in choices_of(message) if one["action_id"] in {"approve-one", "deny-one"})
    assert [one["value"] for one in yes["options"]] == ["b-3", "b-2", "b-1", "b-0"]
    assert no["options"][0]["text"]["text"] == "Roll back prod/3"


def test_of_several_offers_about_one_secret_the_newest_is_shown_and_the_others_are_named():
    newest, older = (
        a_response(
            id=f"r-{n}",
            button=f"b-{n}",
            now=AT + timedelta(seconds=n),
            action=Action(kind=ActionKind.ROLL_BACK, secret=a_secret(), away_from=f"v{n}"),
        )
        for n in (2, 1)
    )

    message = render(an_incident(), [older, newest], action_mode="slack")

    assert [one["value"] for one in buttons_of(message)] == ["b-2", "b-2"]
    assert "offered for older changes too: r-1" in all_text(message)


def test_an_offer_that_nobody_answered_has_lost_its_buttons_and_the_message_says_so():
    over = a_response(ResponseState.EXPIRED)

    message = render(an_incident(), [over], action_mode="slack")

    assert buttons_of(message) == []
    assert "⌛" in all_text(message)


def test_an_open_incident_can_be_snoozed_and_a_resolved_one_need_not_be():
    incident = an_incident(a_finding(rule="change.unexpected-writer", remedy=Remedy.ROLL_BACK))
    done = a_response(ResponseState.SUCCEEDED, result="rolled back")

    opened = choices_of(render(incident, (), action_mode="slack"))
    assert [one["action_id"] for one in opened] == ["choose-snooze", "choose-ours"]
    assert choices_of(render(incident, [done], action_mode="slack")) == []


def test_without_slack_actions_the_commands_for_the_same_stand_there():
    incident = an_incident(a_finding(rule="change.unexpected-writer"))

    text = all_text(render(incident, (), action_mode="cli"))

    assert f"nightlatch snooze {incident.id} --for 24h --reason TEXT" in text
    assert f"nightlatch ours {incident.id} --for 7d --reason TEXT" in text
    assert "nightlatch" not in all_text(render(incident, (), action_mode="off"))


@pytest.mark.parametrize("rule", CATALOGUE, ids=lambda rule: rule.id)
def test_the_push_of_every_rule_says_how_bad_who_and_which_secrets(rule):
    found = [
        finding
        for example in rule.examples
        if example.fires
        for finding in detect(example.event, example.baseline, [rule])[0]
    ]

    assert found
    for finding in found:
        text = sentence(an_incident(finding))
        is_faceless = finding.principal.kind in {PrincipalKind.SERVICE, PrincipalKind.UNKNOWN}
        assert text.startswith(f"{finding.severity}: ")
        assert is_faceless or finding.principal.title in text
        assert not finding.secrets or any(secret.name in text for secret in finding.secrets)


def test_the_push_counts_what_else_was_found():
    found = [a_finding(rule=f"rule.{n}") for n in range(3)]

    assert ", and 2 more findings (account" in sentence(an_incident(*found))
    assert ", and 1 more finding (account" in sentence(an_incident(*found[:2]))
