"""A replica is told by where it is made, under which key, over what, and by what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from nightlatch.detections.unapproved import DETECTION
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import Failure, SecretEvent
from nightlatch.domain.history.examples import ACCOUNT, WAITED, a_role, a_secret, a_user, an_event, sightings
from nightlatch.domain.judging.baseline import LATENESS, Baseline
from nightlatch.domain.judging.findings import Finding, Remedy, Severity, fold
from nightlatch.domain.judging.rules import Match, Wait, detect

FAR, NEAR = "sa-east-1", "eu-central-1"
KEY = f"arn:aws:kms:{NEAR}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
THEIRS = KEY.replace(ACCOUNT, "999988887777")
HOME = Inventory(approved_regions=frozenset({"eu-west-1", NEAR}))
NONE = Inventory()
DAY = 86_400


def make(region: str = FAR, key: str | None = None, call: str = "ReplicateSecretToRegions", **more) -> SecretEvent:
    replica = {"region": region} | ({"kmsKeyId": key} if key else {})
    request = {"addReplicaRegions": [replica], **more.pop("request", {})}
    return an_event(call, **{"secret": a_secret(), "request": request, **more})


def stop(after_s: float = 600, **more) -> SecretEvent:
    event = an_event("StopReplicationToReplica", secret=a_secret(region=FAR), after_s=after_s, **more)
    return replace(event, region=FAR)


def remove(*, response: object = None, **more) -> SecretEvent:
    answer = {} if response is None else {"replicationStatus": response}
    request = {"removeReplicaRegions": [NEAR]}
    return an_event("RemoveRegionsFromReplication", secret=a_secret(), request=request, response=answer, **more)


def judge_all(*events: SecretEvent, inventory: Inventory = NONE) -> tuple[Finding, ...]:
    """Judge all events with all of them known, and every wait over."""
    found: list[Finding] = []
    for event in events:
        baseline = Baseline(
            by_principal=sightings(e for e in events if e.principal.key == event.principal.key),
            on_secret=sightings(e for e in events if e.secrets == event.secrets),
            inventory=inventory,
            settled=WAITED,
        )
        found += detect(event, baseline, (DETECTION,))[0]
    return fold(tuple(found))


def severities(*events: SecretEvent, inventory: Inventory = NONE) -> list[Severity]:
    return [finding.severity for finding in judge_all(*events, inventory=inventory)]


@pytest.mark.parametrize("call", ["ReplicateSecretToRegions", "CreateSecret"])
@pytest.mark.parametrize(
    ("region", "inventory", "fires"), [(FAR, HOME, True), (NEAR, HOME, False), (FAR, NONE, False), (NEAR, NONE, False)]
)
def test_a_region_is_odd_only_where_others_are_listed(call, region, inventory, fires):
    assert severities(make(region, call=call), inventory=inventory) == ([Severity.HIGH] if fires else [])


@pytest.mark.parametrize(
    ("key", "inventory", "fires"),
    [
        (KEY, NONE, True),
        ("alias/mine", NONE, True),
        ("alias/aws/secretsmanager", NONE, False),
        (KEY, HOME, False),
        (THEIRS, HOME, True),
        (KEY, Inventory(approved_keys=frozenset({KEY})), False),
        ("alias/mine", replace(HOME, approved_keys=frozenset({KEY})), True),
        ("1234abcd-12ab-34cd-56ef-1234567890ab", Inventory(approved_keys=frozenset({KEY})), False),
    ],
)
def test_a_key_that_the_caller_named_needs_somebody_who_vouches(key, inventory, fires):
    assert severities(make(NEAR, key), inventory=inventory) == ([Severity.HIGH] if fires else [])


@pytest.mark.parametrize(("flag", "fires"), [(True, True), ("true", True), (False, False), (None, False)])
def test_overwriting_a_namesake_fires_even_in_an_approved_region(flag, fires):
    event = make(NEAR, request={"forceOverwriteReplicaSecret": flag})

    assert severities(event, inventory=HOME) == ([Severity.HIGH] if fires else [])


def test_an_ordinary_creation_overwrites_nothing():
    created = an_event("CreateSecret", secret=a_secret(), request={"name": "x", "forceOverwriteReplicaSecret": True})

    assert severities(created) == []


def test_everything_odd_is_said():
    (found,) = judge_all(make(FAR, KEY, request={"forceOverwriteReplicaSecret": True}), inventory=HOME)

    assert found.reason.count(";") == 2


# Promotion


def test_a_promotion_is_high():
    assert severities(stop()) == [Severity.HIGH]


@pytest.mark.parametrize(("after_s", "severity"), [(600, Severity.CRITICAL), (DAY - 1, Severity.CRITICAL)])
def test_a_promotion_within_a_day_is_critical_in_any_order(after_s, severity):
    outcomes = {judge_all(*order, inventory=HOME) for order in permutations([make(), stop(after_s)])}

    ((found,),) = outcomes
    assert found.severity is severity
    assert len(found.event_ids) == 2
    assert "secret prod/db " in found.title


def test_a_promotion_after_a_day_is_high():
    assert severities(make(NEAR), stop(DAY), inventory=HOME) == [Severity.HIGH]


def test_live_the_making_finds_the_promotion_that_came_first_though_its_region_is_approved():
    known = sightings([make(), stop()])
    inventory = Inventory(approved_regions=frozenset({FAR}))

    (early,), _ = detect(make(), Baseline(by_principal=known, inventory=inventory), (DETECTION,))
    (late,), _ = detect(stop(), Baseline(by_principal=known, inventory=inventory), (DETECTION,))

    assert early.severity is late.severity is Severity.CRITICAL
    assert (early.id, early.title) == (late.id, late.title)


def test_the_making_of_somebody_else_does_not_count():
    assert Severity.CRITICAL not in severities(make(by=a_user("ana")), stop(by=a_user("ben")), inventory=HOME)


# Removal


def test_the_last_replica_taken_away_is_medium_and_one_of_several_is_silent():
    assert severities(remove(response=[])) == [Severity.MEDIUM]
    assert severities(remove(response=[{"region": FAR}])) == []
    assert severities(make(FAR, after_s=-60), remove()) == []
    assert severities(make(NEAR, after_s=-60), remove()) == [Severity.MEDIUM]


def test_a_removal_whose_answer_is_not_shown_waits_for_late_records_and_is_told_then():
    assert DETECTION.evaluate(remove(), Baseline()) == Wait(LATENESS)
    assert isinstance(DETECTION.evaluate(remove(), Baseline(settled=WAITED)), Match)
    assert isinstance(DETECTION.evaluate(remove(response=[]), Baseline()), Match)


def test_what_was_taken_away_can_be_made_again_and_what_was_made_or_promoted_cannot_be_undone_here():
    assert [found.remedy for found in judge_all(remove(response=[]))] == [Remedy.REPLICATE]
    assert {found.remedy for found in judge_all(make(), stop(), inventory=HOME)} == {None}


def test_the_primary_alone_is_named():
    event = replace(remove(response=[]), secrets=(a_secret(), a_secret(region=NEAR)))

    (found,) = judge_all(event)

    assert found.secrets == (a_secret(),)


@pytest.mark.parametrize(
    "event",
    [
        make(failure=Failure("InvalidRequestException")),
        stop(failure=Failure("InvalidRequestException")),
        remove(failure=Failure("InvalidRequestException")),
    ],
)
def test_what_failed_is_silent(event):
    assert severities(event, inventory=HOME) == []


def test_a_stack_does_not_silence_it():
    stack = replace(a_role("deploy"), invoked_by="cloudformation.amazonaws.com")

    assert severities(make(by=stack), inventory=HOME) == [Severity.HIGH]


def test_a_copy_out_is_one_critical_finding_with_all_its_secrets():
    """The story: three secrets to an odd Region under a key of the attacker's, and one is cut loose."""
    odd = {"addReplicaRegions": [{"region": FAR, "kmsKeyId": KEY}], "forceOverwriteReplicaSecret": True}
    copies = [
        an_event("ReplicateSecretToRegions", secret=a_secret(f"prod/{n}"), request=odd, after_s=n) for n in range(3)
    ]
    loose = replace(
        an_event("StopReplicationToReplica", secret=a_secret("prod/0", region=FAR), after_s=600), region=FAR
    )

    (found,) = judge_all(*copies, loose, inventory=HOME)

    assert found.severity is Severity.CRITICAL
    assert {secret.name for secret in found.secrets} == {"prod/0", "prod/1", "prod/2"}
    assert "secret prod/0 " in found.title


@pytest.mark.parametrize(("response", "known"), [([], "no replica is left"), (None, "no replica is known to be left")])
def test_it_says_whether_it_is_known_that_none_is_left(response, known):
    (found,) = judge_all(remove(response=response))

    assert found.reason == f"{known}: nothing holds up a forced deletion"


def test_of_a_replica_made_and_cut_loose_the_primary_alone_is_named():
    made = replace(make(), secrets=(a_secret(), a_secret(region=FAR)))

    (found,), _ = detect(stop(), Baseline(by_principal=sightings([made, stop()])), (DETECTION,))

    assert found.severity is Severity.CRITICAL
    assert found.secrets == (a_secret(),)


def test_a_replica_in_no_named_region_is_in_none_that_is_approved():
    nowhere = an_event(
        "ReplicateSecretToRegions", secret=a_secret(), request={"addReplicaRegions": [{"kmsKeyId": THEIRS}]}
    )

    (found,) = judge_all(nowhere, inventory=HOME)

    assert found.reason.startswith("a replica is in a Region that is not approved; a replica is under a key")


def test_a_call_that_names_no_secret_cannot_be_judged():
    assert severities(replace(make(THEIRS), secrets=()), inventory=HOME) == []


def test_a_key_for_a_replica_in_no_named_region_is_read_as_of_the_secrets_own():
    key = KEY.replace(NEAR, "eu-west-1")
    replica = {"addReplicaRegions": [{"kmsKeyId": key.rpartition("/")[2]}]}
    nowhere = an_event("ReplicateSecretToRegions", secret=a_secret(), request=replica)

    assert severities(nowhere, inventory=Inventory(approved_keys=frozenset({key}))) == []
    assert severities(nowhere, inventory=Inventory(approved_keys=frozenset({KEY}))) == [Severity.HIGH]
