"""The whole catalogue over real history: what one record alone does not show, told and acted on once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from fakes import FakeDispatch, FakeIncidents, FakeLedger, FixedClock
from nightlatch.adapters.history.baselines import TrailBaselines
from nightlatch.adapters.history.trails_memory import MemoryTrails, MemoryWaits
from nightlatch.adapters.records.cloudtrail import parse
from nightlatch.detections import CATALOGUE
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.answering.actions import ActionKind
from nightlatch.domain.answering.policy import Mode, Policy, Protection
from nightlatch.domain.answering.responses import ResponseState
from nightlatch.domain.event.events import Channel, Failure, SecretEvent, Tick
from nightlatch.domain.event.secrets import SecretRef, secret_ref
from nightlatch.domain.history.examples import (
    ACCOUNT,
    AT,
    REGION,
    a_person,
    a_role,
    a_secret,
    a_service_event,
    a_user,
    an_event,
)
from nightlatch.domain.judging.deletions import ENDED, STARTED, WINDOW_ENDED
from nightlatch.domain.judging.findings import Finding, Severity, State
from nightlatch.service.effects import LiveEffects
from nightlatch.service.pipeline import Ports, handle
from own_records import GONE, a_secret_arn, own_record

DAY = 86_400.0
OVER = Tick(AT + timedelta(minutes=30))  # every wait of what happened before has ended
MALLORY = a_user("mallory")


class Judge:
    """The whole catalogue over one history, and everything that was found, told and asked for."""

    def __init__(self) -> None:
        self.clock = FixedClock(AT)
        self.ledger = FakeLedger(self.clock)
        self.dispatch = FakeDispatch()
        self.baselines = TrailBaselines(MemoryTrails(), MemoryWaits(), inventory=Inventory(), now=self.clock)
        buttons = iter(range(10_000))
        effects = LiveEffects(
            FakeIncidents(), self.ledger, self.ledger, self.dispatch, lambda: f"button-{next(buttons)}"
        )
        self.ports = Ports(self.baselines, self.ledger, effects)
        self.found: list[Finding] = []

    def __call__(self, *batch: SecretEvent | Tick, policy: Policy | None = None) -> Sequence[Finding]:
        protect = Policy(default=Protection(mode=Mode.PROTECT))
        found = handle(batch, rules=CATALOGUE, policy=policy or protect, ports=self.ports, now=AT).findings
        self.found.extend(found)
        return found

    def of(self, rule: str) -> list[Finding]:
        return [finding for finding in self.found if finding.rule == rule]

    @property
    def tasks(self) -> list[tuple[ActionKind, str]]:
        return sorted((one.action.kind, one.action.secret.text) for one in self.ledger.by_id.values())


@pytest.fixture
def judge() -> Judge:
    """Give a judge that has learnt for a month."""
    judge = Judge()
    judge.baselines.learn([an_event("ListSecrets", by=a_role("auditor"), after_s=-30 * DAY)])
    return judge


# Numbers


@pytest.mark.parametrize("days", ["--5", "9" * 5_000])
def test_a_number_that_is_none_does_not_stop_the_judging(judge, days):
    record = own_record("delete_secret", requestParameters={"secretId": "prod/db", "recoveryWindowInDays": days})

    judge(parse(record))

    assert [(one.rule, one.state) for one in judge.found if "could not judge" in one.reason] == []
    assert [one.rule for one in judge.of("deletion.deletion-scheduled")] == ["deletion.deletion-scheduled"]


# A decoy that is named like its target with the suffix of the target's ARN


def on(name: str, suffix: str, call: str = "put_secret_value", *, after_s: float = 0, **request: object) -> SecretEvent:
    """A call on a secret, whose full ARN AWS answers with."""
    record = own_record(call, eventName=request.pop("event_name", own_record(call)["eventName"]))
    record["requestParameters"] = {"secretId": name, **request}
    record["responseElements"] = {"arn": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-{suffix}"}
    return replace(parse(record), at=AT + timedelta(seconds=after_s), event_id=f"{call}-{name}-{after_s}")


def test_who_creates_a_decoy_is_no_creator_of_its_target(judge):
    writes = [on("prod/db", "AbCdEf", after_s=-days * DAY, clientRequestToken=f"t{days}") for days in (9, 20)]
    judge.baselines.learn(writes)
    decoy = replace(parse(own_record("create_secret")), principal=MALLORY, at=AT - timedelta(seconds=60))
    text = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:prod/db-AbCdEf-Zzzzzz"
    decoy = replace(decoy, secrets=(secret_ref(text, account_id=ACCOUNT, region=REGION, by_aws=True),))
    planted = replace(on("prod/db", "AbCdEf", clientRequestToken="planted"), principal=MALLORY)

    judge(decoy, planted)
    judge(OVER)

    assert [one.severity for one in judge.of("change.unexpected-writer")] == [Severity.MEDIUM]


# A rotation that stays off


def test_of_a_cancelled_rotation_it_is_told_an_hour_later_that_nobody_switched_it_on(judge):
    def told(after_min: float) -> list[str]:
        before = len(judge.found)
        judge(Tick(AT + timedelta(minutes=after_min)))
        return [one.reason for one in judge.found[before:]]

    judge(an_event("CancelRotateSecret", secret=a_secret(), by=MALLORY))

    assert [told(14), told(16), told(45)] == [[], ["rotation was switched off, and the secret was not deleted"], []]
    assert ["on again" in reason for reason in told(61)] == [True]
    assert told(600) == []


def test_the_way_back_from_a_second_write_does_not_end_at_the_first_of_the_same_hand(judge):
    writes = [on("prod/db", "AbCdEf", after_s=n, clientRequestToken=f"bad{n}") for n in (0, 30)]
    for write in writes:
        judge(replace(write, principal=MALLORY))
    judge(OVER)

    rolls = [one.action for one in judge.ledger.by_id.values() if one.action.kind is ActionKind.ROLL_BACK]
    assert {(action.away_from, action.avoid) for action in rolls} == {("bad0", ()), ("bad30", ("bad0",))}


# Deletions that the service carries out


def gone(count: int, *, account: str = ACCOUNT, first: int = 0, after_s: float = 0) -> list[SecretEvent]:
    """The service destroys so many secrets, a minute apart."""
    secrets = [a_secret(f"prod/{n}", suffix=f"AbCd{n:02}") for n in range(first, first + count)]
    events = [
        a_service_event(name, secret=secret, after_s=after_s + 60.0 * n + (name == ENDED))
        for n, secret in enumerate(secrets)
        for name in (STARTED, ENDED)
    ]
    return [replace(event, account_id=account, event_id=f"{account}-{event.event_id}") for event in events]


def deleted(event: SecretEvent, *, days_ago: float = 7) -> SecretEvent:
    assert event.secret is not None
    owner = a_user(f"owner-of-{event.secret.name}")
    return an_event("DeleteSecret", secret=event.secret, by=owner, at=event.at - timedelta(days=days_ago))


@pytest.mark.parametrize("one_by_one", [True, False])
def test_secrets_that_the_service_destroys_with_no_known_call_are_one_mass_deletion(judge, one_by_one):
    for batch in [[event] for event in gone(4)] if one_by_one else [gone(4)]:
        judge(*batch)

    assert judge.of("deletion.mass-deletion") == []
    judge(OVER)

    (found,) = judge.of("deletion.mass-deletion")
    assert len(found.secrets) == 4
    assert found.severity is Severity.CRITICAL


def test_deletions_that_were_asked_for_are_the_ends_of_their_windows_and_count_in_no_other_rule(judge):
    ends = gone(4)
    judge.baselines.learn([deleted(end) for end in ends])

    judge(*ends)
    judge(OVER)

    assert [(one.rule, len(one.secrets)) for one in judge.found] == [(WINDOW_ENDED, 1)] * 4  # each had its own owner


@pytest.mark.parametrize("late", [True, False])
def test_of_a_mix_only_what_nobody_asked_for_counts(judge, late):
    ends = gone(5)
    calls = [deleted(end) for end in ends if end.secret.name in {"prod/0", "prod/1", "prod/2"}]
    if not late:
        judge(*calls)

    judge(*ends)
    if late:
        judge(*calls)
    judge(OVER)

    assert judge.of("deletion.mass-deletion") == []
    assert {s.name for one in judge.of("deletion.gone-without-call") for s in one.secrets} == {"prod/3", "prod/4"}


@pytest.mark.parametrize("first", ["calls", "service"])
def test_a_deletion_whose_call_was_lost_counts_with_those_of_known_calls(judge, first):
    ends = gone(3)
    batches = [[deleted(end, days_ago=0) for end in ends[:4:2]], ends]
    for batch in batches if first == "calls" else batches[::-1]:
        judge(*batch)
    judge(OVER)

    (found,) = judge.of("deletion.mass-deletion")
    assert {secret.name for secret in found.secrets} == {"prod/0", "prod/1", "prod/2"}
    assert "of 1 no call is known" in found.reason


def test_a_deletion_delivered_again_is_still_known_to_be_asked_for(judge):
    asked_for, unasked = gone(2), gone(2, first=2, after_s=300)
    judge(*[deleted(end) for end in asked_for], *asked_for, *unasked)

    judge(*asked_for, *unasked)
    judge(OVER)

    assert judge.of("deletion.mass-deletion") == []


def test_the_service_works_for_each_account_by_itself(judge):
    judge(*gone(2), *gone(2, account="999988887777", first=2))
    judge(OVER)

    assert judge.of("deletion.mass-deletion") == []


# Replicas


def a_removal(*regions: str) -> SecretEvent:
    return parse(
        own_record(
            "delete_secret",
            eventName="RemoveRegionsFromReplication",
            requestParameters={"secretId": "prod/db", "removeReplicaRegions": list(regions)},
            responseElements={"aRN": a_secret_arn("prod/db"), "replicationStatus": []},
        )
    )


def a_replica_goes(region: str) -> SecretEvent:
    text = a_secret_arn("prod/db").replace("eu-west-1", region)
    secret = secret_ref(text, account_id=ACCOUNT, region=region)
    return replace(a_service_event(ENDED, secret=secret, after_s=40), region=region, event_id=f"gone-{region}")


def test_a_replica_that_was_removed_is_no_deletion_without_a_call(judge):
    judge(a_removal("us-east-1", "eu-central-1"))
    judge(a_replica_goes("us-east-1"), a_replica_goes("eu-central-1"))
    judge(OVER)

    assert judge.of("deletion.gone-without-call") == []


def test_a_replica_in_a_region_that_was_not_removed_is_one(judge):
    judge(a_removal("us-east-1"), a_replica_goes("eu-central-1"))
    judge(OVER)

    (found,) = judge.of("deletion.gone-without-call")
    assert [secret.region for secret in found.secrets] == ["eu-central-1"]


def test_the_last_replicas_that_were_taken_away_are_offered_back_and_nothing_else_is(judge):
    judge(a_removal("us-east-1"))

    ((kind, _),) = judge.tasks
    assert kind is ActionKind.REPLICATE_AGAIN


# Seen at a VPC endpoint


def at_the_endpoint(event: SecretEvent, **changes) -> SecretEvent:
    """The same call as the VPC endpoint saw it: another event id, hence another event."""
    return replace(event, channel=Channel.NETWORK, event_id=f"network-{event.event_id}", **changes)


@pytest.mark.parametrize("together", [True, False])
def test_a_call_seen_at_the_endpoint_too_is_judged_and_answered_once(judge, together):
    call = an_event("DeleteSecret", secret=a_secret(), by=MALLORY, response={"aRN": a_secret().text})
    for batch in [[call, at_the_endpoint(call)]] if together else [[at_the_endpoint(call)], [call]]:
        judge(*batch)

    (found,) = judge.of("deletion.deletion-scheduled")
    assert found.event_ids == (call.event_id,)
    assert judge.tasks == [(ActionKind.RESTORE_DELETED, a_secret().text)]


def test_twins_do_not_double_what_is_counted(judge):
    asked = {"filters": [{"key": "name", "values": ["app/"]}]}
    pages = [an_event("BatchGetSecretValue", by=MALLORY, request=asked, after_s=n) for n in range(2)]

    judge(*pages, *map(at_the_endpoint, pages))

    assert [one.severity for one in judge.of("access.batch-retrieval")] == [Severity.MEDIUM]


def test_what_the_endpoint_refused_has_no_twin_and_is_judged(judge):
    names = ("GetSecretValue", "DescribeSecret", "ListSecrets")
    refused = [
        parse(
            own_record("network_activity", eventName=names[n % 3], eventID=f"e-{n}", eventTime=f"2026-03-02T09:00:{n}Z")
        )
        for n in range(10, 20)
    ]

    judge(*refused)

    (found,) = judge.of("access.denied-probing")
    assert (found.count, found.severity) == (10, Severity.MEDIUM)


def test_what_the_endpoint_let_through_and_the_service_refused_is_judged_by_its_record_of_the_call(judge):
    through = [
        parse(own_record("network_activity", eventID=f"e-{n}", errorCode="AccessDenied", errorMessage=GONE))
        for n in range(10)
    ]

    assert judge(*through) == ()


# Batches


def a_batch(*, after_s: float, name: str = "app/", by=None) -> SecretEvent:
    asked = {"filters": [{"key": "name", "values": [name]}]}
    return an_event("BatchGetSecretValue", by=by or a_role("backup"), request=asked, after_s=after_s)


def pages_of(nights_ago: int, **more) -> list[SecretEvent]:
    return [a_batch(after_s=n - nights_ago * DAY, **more) for n in range(5)]


def test_a_batch_job_known_for_nights_is_silent(judge):
    judge.baselines.learn([*pages_of(3), *pages_of(2), *pages_of(1)])

    assert judge(*pages_of(0)) == ()


def test_a_batch_job_becomes_known_live_too(judge):
    told = [[one.severity for one in judge(*pages_of(nights))] for nights in (3, 2, 1, 0)]

    assert told == [[Severity.HIGH], [Severity.HIGH], [], []]


def test_the_same_principal_with_another_filter_is_told(judge):
    judge.baselines.learn([*pages_of(3), *pages_of(2), *pages_of(1)])

    assert [one.severity for one in judge(*pages_of(0, name="prod/"))] == [Severity.HIGH]


def test_another_principal_with_the_same_filter_is_told(judge):
    judge.baselines.learn([*pages_of(3), *pages_of(2), *pages_of(1)])

    assert [one.severity for one in judge(*pages_of(0, by=MALLORY))] == [Severity.HIGH]


def test_a_batch_call_that_was_refused_makes_nothing_known(judge):
    refused = [replace(event, failure=Failure("AccessDenied")) for nights in (3, 2) for event in pages_of(nights)]
    judge.baselines.learn(refused)

    assert [one.severity for one in judge(*pages_of(0))] == [Severity.HIGH]


# People of one permission set


def test_what_one_person_is_known_for_does_not_cover_another(judge):
    habit = [
        an_event(secret=a_secret(f"s{n}"), by=a_person("ana"), after_s=-d * DAY) for n in range(12) for d in (2, 3)
    ]
    judge.baselines.learn(habit)
    sweep = {who: [an_event(secret=a_secret(f"s{n}"), by=a_person(who), after_s=n) for n in range(12)] for who in "ab"}
    ana = [replace(event, principal=a_person("ana")) for event in sweep["a"]]
    mallory = [replace(event, principal=a_person("mallory")) for event in sweep["b"]]

    judge(*ana)
    judge(*mallory)

    assert [one.principal.session_name for one in judge.of("access.bulk-read")] == ["mallory"]


def test_two_people_of_one_permission_set_are_two_problems(judge):
    record = own_record("put_resource_policy", requestParameters={"secretId": "prod/db", "resourcePolicy": PUBLIC})
    ben, mallory = parse(record), parse(as_somebody_else(record, "mallory"))

    judge(ben, mallory)

    assert len({one.subject for one in judge.of("policy.public")}) == 2
    assert len({notice.incident_id for notice in judge.dispatch.notices}) == 2


PUBLIC = '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}'


def as_somebody_else(record, name):
    identity = record["userIdentity"]
    changed = {**identity, "arn": identity["arn"].replace("/ben", f"/{name}"), "principalId": GONE}
    return {**record, "userIdentity": {k: v for k, v in changed.items() if v is not GONE}, "eventID": f"by-{name}"}


def test_findings_are_open_after_a_month(judge):
    judge(*pages_of(0))

    assert [one.state for one in judge.found] == [State.OPEN]


# Stories: a theft that ends in a deletion, and the ordinary work that looks like it


def loud(judge: Judge) -> set[str]:
    """Name the rules that found more than a note."""
    return {one.rule for one in judge.found if one.severity.rank >= Severity.MEDIUM.rank}


def named(number: int) -> SecretRef:
    return a_secret(f"prod/{number}", suffix=f"AbCd{number:02}")


@pytest.mark.parametrize("late", [False, True])
def test_ten_secrets_read_and_then_destroyed_are_told_as_that_once(judge, late):
    backup = a_user("svc-backup")
    reads = [an_event(secret=a_secret(f"prod/{n}", suffix=None), by=backup, after_s=n) for n in range(10)]
    forced = {"forceDeleteWithoutRecovery": True}
    gone = [an_event("DeleteSecret", secret=named(n), by=backup, after_s=180 + n, request=forced) for n in range(10)]

    for batch in [gone, reads] if late else [reads, gone]:
        judge(*batch)
    judge(OVER)

    found = judge.of("deletion.read-then-deleted")
    assert {one.severity for one in found} == {Severity.CRITICAL}
    assert max(len(one.secrets) for one in found) == 10
    assert len({one.subject for one in found}) == 1
    assert (ActionKind.RESTORE_DELETED, named(0).text) not in judge.tasks


def test_terraform_that_makes_fills_reads_back_and_destroys_is_none_of_it(judge):
    deploy, narrow = a_role("deploy"), {"resourcePolicy": '{"Statement": []}'}
    for n in range(40):
        token, at = f"v-{n}", n * 2
        judge(
            an_event("CreateSecret", secret=named(n), by=deploy, after_s=at, version_id=f"c-{n}"),
            an_event("PutSecretValue", secret=named(n), by=deploy, after_s=at + 0.2, version_id=token),
            an_event(secret=named(n), by=deploy, after_s=at + 0.4, version_id=token),
            an_event("PutResourcePolicy", secret=named(n), by=deploy, after_s=at + 0.6, request=narrow),
        )
    judge(Tick(AT + timedelta(minutes=30)))
    assert loud(judge) == set()

    judge(*(an_event("DeleteSecret", secret=named(n), by=deploy, after_s=7200 + n) for n in range(20)))
    judge(Tick(AT + timedelta(hours=3)))
    assert loud(judge) == {"deletion.mass-deletion", "deletion.deletion-scheduled"}


def test_a_night_of_rotations_one_of_which_succeeds_on_the_retry_is_silent(judge):
    rotator = a_role("rotate-db-role", "rotate-db")
    pending = {"versionStages": ["AWSPENDING"]}
    for n in range(40):
        secret, version, at = named(n), f"v-{n}", n * 40
        moved = {"versionStage": "AWSCURRENT", "moveToVersionId": version, "removeFromVersionId": "v-old"}
        steps = [
            a_service_event("RotationStarted", secret=secret, after_s=at),
            an_event("PutSecretValue", secret=secret, by=rotator, after_s=at + 2, version_id=version, request=pending),
            an_event(
                "UpdateSecretVersionStage", secret=secret, by=rotator, after_s=at + 4, version_id=version, request=moved
            ),
            a_service_event("RotationSucceeded", secret=secret, after_s=at + 5),
        ]
        judge(*([a_service_event("RotationFailed", secret=secret, after_s=at - 60)] if n == 7 else []), *steps)
    judge(Tick(AT + timedelta(hours=2)))

    assert loud(judge) == set()


# Replicas


def test_reads_of_one_secrets_replicas_by_who_reads_the_primary_are_no_sweep_over_regions(judge):
    def reads(at_s: float, *regions: str, by: str = "app") -> list[SecretEvent]:
        named = [(a_secret("prod/db", region=region), region) for region in regions]
        return [
            replace(an_event(secret=secret, by=a_role(by), after_s=at_s + n), region=region)
            for n, (secret, region) in enumerate(named)
        ]

    for day in (9, 3):
        judge(*reads(-day * DAY, REGION))
    judge(*reads(0, REGION, "us-east-1", "sa-east-1", "us-west-2", "ap-south-1"), OVER)
    assert judge.of("access.many-regions") == []

    judge(*reads(60, REGION, "us-east-1", "sa-east-1", "us-west-2", by="thief"), OVER)
    assert [one.principal.name for one in judge.of("access.many-regions")] == ["thief"]


# Somebody still needs what awaits its deletion


MARKED = Failure(
    "InvalidRequestException", "You can't perform this operation on the secret because it was marked for deletion."
)
DELETION = an_event("DeleteSecret", secret=a_secret("prod/db"), by=MALLORY)
NOTIFY, PROTECT = (Policy(default=Protection(mode=mode)) for mode in (Mode.NOTIFY, Mode.PROTECT))


def refused(by: str = "app", *, after_s: float = 60, suffix: str | None = "AbCdEf") -> SecretEvent:
    return an_event(secret=a_secret("prod/db", suffix=suffix), by=a_role(by), after_s=after_s, failure=MARKED)


def responses(judge: Judge) -> list[tuple[ActionKind, ResponseState]]:
    return [(one.action.kind, one.state) for one in judge.ledger.by_id.values()]


@pytest.mark.parametrize("first", ["the deletion", "the refusals", "neither"])
@pytest.mark.parametrize(("policy", "state"), [(NOTIFY, ResponseState.PROPOSED), (PROTECT, ResponseState.APPROVED)])
def test_a_deletion_and_those_that_it_hits_are_answered_by_one_restore(judge, first, policy, state):
    refusals = [refused(), refused("job", suffix=None)]
    batches = {"the deletion": [[DELETION], refusals], "the refusals": [refusals, [DELETION]]}
    for batch in batches.get(first, [[*refusals, DELETION]]):
        judge(*batch, policy=policy)
    judge(OVER, policy=policy)

    assert len(judge.of("access.pending-deletion")) >= 1
    assert responses(judge) == [(ActionKind.RESTORE_DELETED, state)]
    dispatched = {response_id for _, response_id in judge.dispatch.responses}
    assert dispatched == set(judge.ledger.by_id)  # of an order to do it, of an offer to look what it would do


@pytest.mark.parametrize("known", [True, False])
def test_of_those_who_need_a_deleted_secret_a_restore_is_only_offered(judge, known):
    if known:
        judge.baselines.learn([replace(DELETION, at=AT - timedelta(days=3))])
    judge(refused(), policy=PROTECT)
    judge(refused("job", after_s=120, suffix=None), policy=PROTECT)
    judge(OVER, policy=PROTECT)

    assert responses(judge) == [(ActionKind.RESTORE_DELETED, ResponseState.PROPOSED)]
    (offered,) = judge.ledger.by_id.values()
    assert (offered.caused_by.key == MALLORY.key) is known


def test_an_offer_that_nobody_took_is_made_anew_when_somebody_needs_the_secret(judge):
    judge(DELETION, policy=NOTIFY)
    late = refused(after_s=10 * 3600)
    for _ in range(2):
        handle([late], rules=CATALOGUE, policy=NOTIFY, ports=judge.ports, now=late.at)

    first, second = judge.ledger.by_id.values()
    assert first.id != second.id
    assert first.button != second.button
    assert second.expires_at == late.at + NOTIFY.buttons_live


def test_what_policy_does_by_itself_waits_for_no_button_that_was_offered_before(judge):
    judge.baselines.learn([DELETION])  # seen, and not judged yet, by another handler
    judge(refused(), policy=PROTECT)
    assert responses(judge) == [(ActionKind.RESTORE_DELETED, ResponseState.PROPOSED)]

    judge(DELETION, policy=PROTECT)
    judge(DELETION, policy=PROTECT)

    (response,) = judge.ledger.by_id.values()
    assert response.state is ResponseState.APPROVED
    assert response.approved_by.startswith("policy ")
    assert {response_id for _, response_id in judge.dispatch.responses} == {response.id}


def test_a_secret_that_was_restored_since_is_not_offered_to_be(judge):
    judge.baselines.learn([DELETION, an_event("RestoreSecret", secret=a_secret("prod/db"), by=MALLORY, after_s=90)])

    judge(refused(), policy=NOTIFY)

    assert responses(judge) == []


# Rights given between a refusal and a success


@pytest.mark.parametrize("late", [False, True])
def test_who_is_refused_and_then_given_rights_is_told_as_that(judge, late):
    target, thief = a_secret("prod/db"), a_role("dev-alice")
    refused_ = an_event(secret=target, by=thief, failure=Failure("AccessDenied", f"not authorized: {target.text}"))
    given = an_event(
        "PutRolePolicy", by=MALLORY, source="iam.amazonaws.com", after_s=60, request={"roleName": "dev-alice"}
    )
    read = an_event(secret=target, by=thief, after_s=120)

    for batch in ([refused_], [read], [given]) if late else ([refused_], [given], [read]):
        judge(*batch)
    judge(OVER)

    assert max(one.severity.rank for one in judge.of("access.denied-probing")) == Severity.CRITICAL.rank
