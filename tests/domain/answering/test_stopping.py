"""Stopping a hostile principal is offered once an incident, with what it costs; never done, and never in observe."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from builders import a_finding
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.decisions import Alert, Decision, Record, decide
from nightlatch.domain.answering.orders import Respond
from nightlatch.domain.answering.policy import Mode, Policy, Protection, Selector
from nightlatch.domain.answering.stopping import LIFTS, STOPS, lifted
from nightlatch.domain.containing.blast_radius import BlastRadius
from nightlatch.domain.containing.containment import Measure
from nightlatch.domain.event.events import KMS, SecretEvent
from nightlatch.domain.event.principals import Principal
from nightlatch.domain.history.examples import (
    ACCOUNT,
    AT,
    REGION,
    a_role,
    a_secret,
    a_user,
    an_event,
    the_root,
    the_service,
)
from nightlatch.domain.judging.findings import Finding, Remedy

_KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{_KEY_ID}"
_THIEF = replace(a_user("ci-deploy"), access_key_id="AKIAIOSFODNN7EXAMPLE")
_RADIUS = BlastRadius(span=timedelta(days=1), read=("prod/db", "prod/mail"), sessions=2, last_used=AT)


def a_policy(mode: Mode = Mode.NOTIFY, *, containment: bool = True, inventory: Inventory | None = None) -> Policy:
    return Policy(default=Protection(mode=mode), containment=containment, inventory=inventory or Inventory())


def decisions(
    finding: Finding, policy: Policy, event: SecretEvent | None = None, *, later: timedelta = timedelta(0)
) -> tuple[Decision, ...]:
    what = event or an_event("GetSecretValue", secret=a_secret(), by=finding.principal)
    return decide(what, [finding], policy, AT + later, radius=lambda: _RADIUS)


def hostile(by: Principal = _THIEF) -> Finding:
    return replace(a_finding(by=by), contain=True)


def stops(some: tuple[Decision, ...]) -> list[Respond]:
    return [one for one in some if isinstance(one, Respond) and one.per_incident]


def told(some: tuple[Decision, ...]) -> Finding:
    (alert,) = (one for one in some if isinstance(one, Alert))
    return alert.finding


def test_the_fittest_measure_is_offered_with_what_else_it_would_stop() -> None:
    (stop,) = stops(decisions(hostile(), a_policy()))

    assert stop.action.kind is ActionKind.DEACTIVATE_KEY
    assert stop.action.target == f"{_THIEF.key}#{_THIEF.access_key_id}"
    assert "prod/mail" in stop.reason
    assert "2 sessions" in stop.reason


def test_it_is_an_offer_in_every_mode_that_tells_and_nothing_in_observe() -> None:
    for mode in (Mode.NOTIFY, Mode.PROTECT):
        assert [stop.automatic for stop in stops(decisions(hostile(), a_policy(mode)))] == [False]

    (record,) = decisions(hostile(), a_policy(Mode.OBSERVE))
    assert isinstance(record, Record)


def test_nothing_is_offered_about_what_is_replayed_or_old() -> None:
    replayed = replace(an_event("GetSecretValue", secret=a_secret(), by=_THIEF), replayed=True)

    assert stops(decisions(hostile(), a_policy(), replayed)) == []
    assert stops(decisions(hostile(), a_policy(), later=timedelta(hours=2))) == []


def test_whoever_is_contained_may_not_decide_about_it() -> None:
    (stop,) = stops(decisions(hostile(), a_policy()))

    assert stop.caused_by == _THIEF


def test_nothing_is_offered_where_what_was_found_shows_no_hostile_principal() -> None:
    assert stops(decisions(a_finding(by=_THIEF), a_policy())) == []
    assert told(decisions(a_finding(by=_THIEF), a_policy())).advice == ""


def test_without_rights_over_iam_the_message_says_what_to_run() -> None:
    some = decisions(hostile(), a_policy(containment=False))

    assert stops(some) == []
    assert "aws iam update-access-key --user-name ci-deploy" in told(some).advice
    assert "nightlatch contain" in told(decisions(hostile(a_role()), a_policy(containment=False))).advice


def test_of_whom_nothing_can_stop_the_message_says_what_to_do_instead() -> None:
    some = decisions(hostile(the_root()), a_policy())

    assert stops(some) == []
    assert "service control policy" in told(some).advice


def test_about_aws_itself_nothing_is_said() -> None:
    assert told(decisions(hostile(the_service()), a_policy())).advice == ""


def test_every_measure_has_its_act_and_its_way_back() -> None:
    assert set(STOPS) == set(Measure)
    assert set(LIFTS) == set(STOPS.values())
    for kind, back in LIFTS.items():
        assert lifted(Action(kind=kind, target="t")) == Action(kind=back, target="t")
    assert lifted(Action(kind=ActionKind.ROLL_BACK, secret=a_secret())) is None


_HELD = (a_secret(), a_secret("prod/payments"))
_MALLORY = a_user("mallory")


def lost(by: Principal = _MALLORY, held: tuple[object, ...] = _HELD) -> Finding:
    return replace(a_finding(by=by, remedy=Remedy.RESCUE_KEY), secrets=held)


def rescue(finding: Finding, policy: Policy, key: str = _KEY_ID) -> list[Respond]:
    event = an_event("DisableKey", source=KMS, by=finding.principal, request={"keyId": key})
    return [one for one in decisions(finding, policy, event) if isinstance(one, Respond)]


def test_a_lost_key_is_put_back_once_for_all_the_secrets_that_need_it() -> None:
    (respond,) = rescue(lost(), a_policy())

    assert respond.action == Action(kind=ActionKind.RESCUE_KEY, target=_KEY, held=_HELD)
    assert not respond.automatic


def test_it_is_put_back_at_once_only_where_every_secret_that_needs_it_is_protected_so() -> None:
    protect = a_policy(Mode.PROTECT)
    told_only = Selector(names=("prod/payments",), protection=Protection(mode=Mode.NOTIFY))
    not_undone = Selector(names=("prod/payments",), protection=Protection(mode=Mode.PROTECT, undo=False))

    assert [one.automatic for one in rescue(lost(), protect)] == [True]
    for selector in (told_only, not_undone):
        assert [one.automatic for one in rescue(lost(), replace(protect, selectors=(selector,)))] == [False]
    assert [one.automatic for one in rescue(lost(held=()), protect)] == [False]


def test_what_a_hand_for_emergencies_took_away_a_person_puts_back() -> None:
    inventory = Inventory(break_glass=frozenset({_MALLORY.key}))

    assert [one.automatic for one in rescue(lost(), a_policy(Mode.PROTECT, inventory=inventory))] == [False]


def test_a_key_of_another_account_or_region_is_not_ours_to_put_back() -> None:
    for arn in (_KEY.replace(ACCOUNT, "999988887777"), _KEY.replace(REGION, "sa-east-1")):
        assert rescue(lost(), a_policy(Mode.PROTECT), arn) == []


def test_replicas_are_made_again_on_a_persons_word_in_the_regions_that_were_taken() -> None:
    finding = replace(a_finding(by=_MALLORY, remedy=Remedy.REPLICATE))
    request = {"removeReplicaRegions": ["eu-central-1"]}
    event = an_event("RemoveRegionsFromReplication", secret=a_secret(), by=_MALLORY, request=request)

    (respond,) = (one for one in decisions(finding, a_policy(Mode.PROTECT), event) if isinstance(one, Respond))

    assert respond.action == Action(kind=ActionKind.REPLICATE_AGAIN, secret=a_secret(), regions=("eu-central-1",))
    assert not respond.automatic
