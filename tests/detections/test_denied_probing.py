"""Refusals at many secrets are probing, at one secret a note, and a refusal that turns into a success is more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nightlatch.detections.denied_probing import DETECTION
from nightlatch.domain.event.calls import CHANGE_RIGHTS
from nightlatch.domain.event.events import IAM, Failure, SecretEvent
from nightlatch.domain.history.examples import WAITED, a_denial, a_person, a_role, a_secret, an_event, sightings
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.judging.baseline import LATENESS, Baseline, Maturity
from nightlatch.domain.judging.findings import Finding, Severity, State, fold
from nightlatch.domain.judging.rules import Match, Wait, applies, detect

DAY_S = 24 * 3600


def refused(name: str, action: str = "GetSecretValue", *, after_s: float = 0, **more) -> SecretEvent:
    target = a_secret(name, suffix=None) if name else None
    failure = a_denial(action, name)
    return an_event(action, **{"secret": target, "after_s": after_s, "failure": failure, **more})


def answered(name: str, action: str = "GetSecretValue", *, after_s: float = 0) -> SecretEvent:
    return an_event(action, secret=a_secret(name), after_s=after_s)


def policy_change(name: str, *, after_s: float, verb: str = "Put", **more) -> SecretEvent:
    return an_event(f"{verb}ResourcePolicy", secret=a_secret(name), by=a_person("ben"), after_s=after_s, **more)


def judge(event: SecretEvent, seen: list[SecretEvent], *, changes: tuple[SecretEvent, ...] = ()) -> Match | None:
    return judge_seen(event, sightings(seen), changes=changes)


def judge_seen(event: SecretEvent, seen: Trail, *, changes: tuple[SecretEvent, ...] = ()) -> Match | None:
    baseline = Baseline(maturity=Maturity.MATURE, by_principal=seen, on_secret=sightings(changes))
    verdict = DETECTION.evaluate(event, baseline)
    assert verdict is None or isinstance(verdict, Match)
    return verdict


def severity_of(verdict: Match | None) -> Severity | None:
    return verdict.severity if verdict else None


def judge_all(events: list[SecretEvent], changes: tuple[SecretEvent, ...] = ()) -> tuple[Finding, ...]:
    baseline = Baseline(by_principal=sightings(events), on_secret=sightings(changes))
    return fold(tuple(f for event in events for f in detect(event, baseline, (DETECTION,))[0]))


# Probing


@pytest.mark.parametrize(("names", "expected"), [(5, Severity.MEDIUM), (4, Severity.LOW)])
def test_five_distinct_targets_in_a_quarter_of_an_hour_are_probing(names, expected):
    probes = [refused(f"prod/{n}", after_s=900 * n / (names - 1)) for n in range(names)]

    assert severity_of(judge(probes[1], probes)) is expected


def test_targets_spread_wider_than_the_window_are_not():
    probes = [refused(f"prod/{n}", after_s=226 * n) for n in range(5)]

    assert severity_of(judge(probes[2], probes)) is Severity.LOW


@pytest.mark.parametrize(
    ("actions", "calls", "expected"),
    [(3, 10, Severity.MEDIUM), (2, 10, Severity.LOW), (3, 9, Severity.LOW)],
)
def test_ten_calls_of_three_kinds_are_probing_without_any_target(actions, calls, expected):
    kinds = ["ListSecrets", "GetRandomPassword", "BatchGetSecretValue"][:actions]
    probes = [refused("", kinds[n % actions], after_s=n) for n in range(calls)]

    assert severity_of(judge(probes[0], probes)) is expected


def test_one_target_under_two_names_is_one_target():
    probes = [refused(f"prod/{n}", after_s=n) for n in range(4)]
    by_arn = replace(refused("prod/0", after_s=9), secrets=(a_secret("prod/0"),))

    assert severity_of(judge(by_arn, [*probes, by_arn])) is Severity.LOW


def test_one_target_retried_is_a_note_in_the_digest():
    (finding,) = judge_all([refused("prod/db", after_s=60 * n) for n in range(30)])

    assert (finding.severity, finding.state) == (Severity.LOW, State.DIGEST)


@pytest.mark.parametrize(("calls", "expected"), [(1, None), (2, None), (3, Severity.LOW)])
def test_a_refusal_or_two_say_nothing_and_three_are_a_note(calls, expected):
    probes = [refused("prod/db", after_s=n) for n in range(calls)]

    assert severity_of(judge(probes[0], probes)) is expected


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "ThrottlingException", "InvalidRequestException"])
def test_other_failures_are_no_refusals(code):
    probes = [refused(f"prod/{n}", after_s=n, failure=Failure(code)) for n in range(9)]

    assert judge(probes[0], probes) is None


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException", "VpceAccessDenied", "UnauthorizedOperation"])
def test_every_form_of_refusal_counts(code):
    probes = [refused(f"prod/{n}", after_s=n, failure=Failure(code)) for n in range(5)]

    assert severity_of(judge(probes[0], probes)) is Severity.MEDIUM


def test_a_service_that_an_organization_refuses_is_a_note():
    key = "arn:aws:iam::111122223333:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
    config = replace(a_role("AWSServiceRoleForConfig"), key=key)
    probes = [refused(f"prod/{n}", "DescribeSecret", after_s=n, by=config) for n in range(40)]

    assert severity_of(judge(probes[0], probes)) is Severity.LOW


def test_who_probes_through_cloudformation_probes():
    user = replace(a_role("deploy"), invoked_by="cloudformation.amazonaws.com")
    probes = [refused(f"prod/{n}", after_s=n, by=user) for n in range(6)]

    assert severity_of(judge(probes[0], probes)) is Severity.MEDIUM


# Denied, then allowed


def test_a_success_within_a_day_of_the_refusal_is_high_and_later_is_nothing():
    first = refused("prod/db")
    in_time, too_late = answered("prod/db", after_s=DAY_S), answered("prod/db", after_s=DAY_S + 1)

    assert severity_of(judge(in_time, [first, in_time])) is Severity.HIGH
    assert judge(too_late, [first, too_late]) is None


@pytest.mark.parametrize("verb", ["Put", "Delete"])
def test_a_policy_change_in_between_is_critical(verb):
    events = [refused("prod/db"), answered("prod/db", after_s=420)]
    change = policy_change("prod/db", after_s=240, verb=verb)

    verdict = judge(events[1], events, changes=(change,))

    assert verdict is not None
    assert verdict.severity is Severity.CRITICAL
    assert verdict.evidence is not None
    assert set(verdict.evidence.event_ids) == {change.event_id, *(event.event_id for event in events)}


@pytest.mark.parametrize(
    "change",
    [
        policy_change("prod/db", after_s=-5),
        policy_change("prod/db", after_s=500),
        policy_change("prod/other", after_s=240),
        policy_change("prod/db", after_s=240, failure=Failure("PublicPolicyException")),
    ],
    ids=["before the refusal", "after the success", "of another secret", "refused itself"],
)
def test_another_policy_change_is_not(change):
    events = [refused("prod/db"), answered("prod/db", after_s=420)]

    assert severity_of(judge(events[1], events, changes=(change,))) is Severity.HIGH


@pytest.mark.parametrize("again", ["GetSecretValue", "DescribeSecret"])
def test_a_policy_change_counts_though_one_more_call_was_refused_after_it(again):
    events = [refused("prod/db"), refused("prod/db", again, after_s=300), answered("prod/db", after_s=420)]
    change = policy_change("prod/db", after_s=240)
    known = Trail.of([*sightings(events[:2]), *sightings(events[2:], known=True)])

    assert severity_of(judge(events[2], events, changes=(change,))) is Severity.CRITICAL
    assert severity_of(judge(events[1], events, changes=(change,))) is Severity.CRITICAL
    assert severity_of(judge_seen(events[2], known, changes=(change,))) is Severity.CRITICAL


def rights_change(*, after_s: float, name: str = "AttachRolePolicy") -> SecretEvent:
    return an_event(name, by=a_person("ben"), source=IAM, after_s=after_s, request={"roleName": "app"})


@pytest.mark.parametrize(
    ("after_s", "severity"),
    [
        (-1, Severity.HIGH),
        (0, Severity.CRITICAL),
        (240, Severity.CRITICAL),
        (420, Severity.CRITICAL),
        (421, Severity.HIGH),
    ],
)
def test_a_change_of_the_readers_own_rights_in_between_is_critical_too(after_s, severity):
    events = [refused("prod/db"), answered("prod/db", after_s=420)]
    change = rights_change(after_s=after_s)
    baseline = Baseline(by_principal=sightings(events), rights=sightings([change]))

    for event in events:
        verdict = DETECTION.evaluate(event, baseline)

        assert isinstance(verdict, Match)
        assert verdict.severity is severity
        assert (change.event_id in verdict.evidence.event_ids) is (severity is Severity.CRITICAL)
        assert ("its own rights (AttachRolePolicy)" in verdict.reason) is (severity is Severity.CRITICAL)


@pytest.mark.parametrize("name", CHANGE_RIGHTS)
def test_every_change_of_rights_is_read_for_what_it_may_have_opened_and_its_namesake_is_not(name):
    change = rights_change(after_s=0, name=name)

    assert applies(DETECTION, change)
    assert not applies(DETECTION, replace(change, source="lambda.amazonaws.com"))


def test_an_ordinary_reader_whose_rights_were_mended_is_nothing():
    events = [refused("prod/db"), answered("prod/db", after_s=420)]
    seen = Trail.of([*sightings(events[:1]), *sightings(events[1:], known=True)])

    baseline = Baseline(by_principal=seen, rights=sightings([rights_change(after_s=240)]), settled=WAITED)

    assert DETECTION.evaluate(events[1], baseline) is None


def test_the_change_of_rights_itself_is_no_refusal_and_no_success():
    change = rights_change(after_s=240)
    denied = replace(change, failure=a_denial("AttachRolePolicy"))
    around = sightings([refused(f"prod/{n}", after_s=60 * n) for n in range(9)])
    baseline = Baseline(by_principal=around, settled=WAITED)

    assert [DETECTION.evaluate(event, baseline) for event in (change, denied)] == [None, None]


def test_a_refusal_that_arrives_after_the_success_sees_it():
    events = [refused("prod/db"), answered("prod/db", after_s=420)]
    change = policy_change("prod/db", after_s=240)

    assert judge(events[0], events, changes=(change,)) == judge(events[1], events, changes=(change,))


def test_a_policy_change_in_the_second_of_the_refusal_or_of_the_success_counts():
    events = [refused("prod/db"), answered("prod/db", after_s=420)]

    for second in (0, 420):
        verdict = judge(events[1], events, changes=(policy_change("prod/db", after_s=second),))
        assert severity_of(verdict) is Severity.CRITICAL


def test_within_one_second_nobody_can_say_which_came_first():
    events = [refused("prod/db"), answered("prod/db")]

    assert judge(events[0], events) is None
    assert judge(events[1], events) is None


def test_another_secret_that_answers_is_no_opening():
    events = [refused("prod/db"), answered("prod/db-replica", after_s=10)]

    assert judge(events[1], events) is None


def test_a_refused_look_that_ends_in_the_value_is_an_opening():
    events = [refused("prod/db", "DescribeSecret"), answered("prod/db", after_s=60)]

    assert severity_of(judge(events[1], events)) is Severity.HIGH


@pytest.mark.parametrize(
    ("asked", "done"),
    [
        ("GetSecretValue", "PutSecretValue"),
        ("PutSecretValue", "UpdateSecret"),
        ("GetSecretValue", "DeleteSecret"),
        ("GetSecretValue", "PutResourcePolicy"),
        ("BatchGetSecretValue", "GetSecretValue"),
    ],
)
def test_who_was_refused_one_way_and_got_through_another_has_opened_it(asked, done):
    events = [refused("prod/db", asked), answered("prod/db", done, after_s=60)]

    assert severity_of(judge(events[1], events)) is Severity.HIGH
    assert judge(events[0], events) == judge(events[1], events)


@pytest.mark.parametrize("before", ["CreateSecret", "PutSecretValue", "GetSecretValue"])
def test_who_could_use_it_anyway_has_not(before):
    events = [
        answered("prod/db", before, after_s=-60),
        refused("prod/db", "GetResourcePolicy"),
        answered("prod/db", "UpdateSecret", after_s=60),
    ]

    assert judge(events[2], events) is None


def test_a_refused_write_between_reads_that_always_worked_is_nothing():
    events = [answered("prod/db", after_s=-60), refused("prod/db", "PutSecretValue"), answered("prod/db", after_s=60)]

    assert judge(events[2], events) is None
    assert judge(events[1], events) is None


def test_a_permission_for_another_call_than_the_refused_one_is_nothing():
    events = [refused("prod/db", "DeleteSecret"), answered("prod/db", "DescribeSecret", after_s=60)]

    assert judge(events[1], events) is None


def test_only_the_first_success_tells():
    events = [refused("prod/db"), *(answered("prod/db", after_s=60 * n) for n in (1, 2, 3))]

    assert [severity_of(judge(event, events)) for event in events[1:]] == [Severity.HIGH, None, None]


def test_an_ordinary_reader_whose_access_came_back_is_nothing_unless_a_policy_was_changed():
    events = [refused("prod/db"), answered("prod/db", after_s=60)]
    seen = Trail.of([*sightings(events[:1]), *sightings(events[1:], known=True)])

    assert DETECTION.evaluate(events[1], Baseline(by_principal=seen, settled=WAITED)) is None
    assert (
        severity_of(judge_seen(events[1], seen, changes=(policy_change("prod/db", after_s=30),))) is Severity.CRITICAL
    )


@pytest.mark.parametrize("judged", [0, -1])
@pytest.mark.parametrize("tries", [1, 3])
def test_an_ordinary_readers_access_is_judged_again_when_a_policy_change_has_had_its_time(judged, tries):
    events = [*(refused("prod/db", after_s=n) for n in range(tries)), answered("prod/db", after_s=60)]
    seen = Trail.of([*sightings(events[:-1]), *sightings(events[-1:], known=True)])
    known = Baseline(maturity=Maturity.MATURE, by_principal=seen)
    settled = replace(known, settled=WAITED)
    later = replace(settled, on_secret=sightings([policy_change("prod/db", after_s=30)]))

    first, ((_, wait),) = detect(events[judged], known, (DETECTION,))
    (again,), _ = detect(events[judged], later, (DETECTION,))
    harmless, waits = detect(events[judged], settled, (DETECTION,))

    noted = [(Severity.LOW, State.DIGEST)] * (judged == 0 and tries == 3)
    assert wait == Wait(LATENESS)
    assert again.severity is Severity.CRITICAL
    assert [(one.severity, one.state) for one in first] == noted
    assert ([(one.severity, one.state) for one in harmless], waits) == (noted, ())


def test_probing_and_opening_are_one_finding_that_speaks_of_the_opening_in_any_order():
    events = [*(refused(f"prod/{n}", after_s=n) for n in range(6)), answered("prod/3", after_s=420)]
    change = policy_change("prod/3", after_s=240)
    expected = judge_all(events, (change,))

    for order in (events[::-1], events[4:] + events[:4]):
        assert judge_all(order, (change,)) == expected

    (finding,) = expected
    assert finding.severity is Severity.CRITICAL
    assert finding.reason.startswith("secret prod/3 opened 7 min after it was refused")
    assert len(finding.secrets) == 6
    assert finding.count == 8


def test_an_event_that_its_history_does_not_hold_is_judged_without_fault():
    assert judge(answered("prod/db"), []) is None
    assert judge(refused("prod/db"), []) is None
    assert judge(refused("", "ListSecrets"), [refused("", "ListSecrets")]) is None


def test_what_opened_is_told_at_once_and_judged_again_when_a_policy_change_has_had_its_time():
    events = [refused("prod/db"), answered("prod/db", after_s=60)]
    change = policy_change("prod/db", after_s=30)
    known = Baseline(maturity=Maturity.MATURE, by_principal=sightings(events))
    later = replace(known, on_secret=sightings([change]), settled=WAITED)

    (first,), ((_, wait),) = detect(events[1], known, (DETECTION,))
    (again,), waits = detect(events[1], later, (DETECTION,))

    assert (first.severity, wait) == (Severity.HIGH, Wait(LATENESS))
    assert (again.severity, waits) == (Severity.CRITICAL, ())
    assert [f.severity for f in fold((first, again))] == [Severity.CRITICAL]


# What is told


@pytest.mark.parametrize(
    ("names", "severity", "note"),
    [(5, Severity.MEDIUM, ""), (3, Severity.LOW, "; it looks like a consumer without permission")],
)
def test_the_finding_counts_what_was_refused_and_names_all_of_it(names, severity, note):
    probes = [refused(f"prod/{n}", after_s=n) for n in range(names)]

    found = judge(probes[0], probes)

    assert found is not None
    assert (found.severity, found.digest) == (severity, severity is Severity.LOW)
    assert found.reason == f"{names} refused calls of 1 kinds at {names} distinct secrets within 15 minutes{note}"
    assert found.evidence is not None
    assert found.evidence.event_ids == tuple(probe.event_id for probe in probes)
    assert found.secrets == tuple(secret for probe in probes for secret in probe.secrets)


@pytest.mark.parametrize("names", [3, 6])
def test_a_service_probes_nothing_and_opens_nothing(names):
    key = "arn:aws:iam::111122223333:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
    config = replace(a_role("AWSServiceRoleForConfig"), key=key)
    probes = [refused(f"prod/{n}", after_s=n, by=config) for n in range(names)]
    success = replace(answered("prod/0", after_s=60), principal=config)

    found = judge(probes[0], [*probes, success])

    assert judge(success, [*probes, success]) is None
    assert found is not None
    assert (found.severity, found.digest) == (Severity.LOW, True)
    assert found.reason.endswith("; an AWS service without permission")


def test_an_answer_amid_refusals_is_none_of_them():
    probes = [refused(f"prod/{n}", after_s=n) for n in range(6)]
    other = answered("prod/other", after_s=3)

    assert judge(other, [*probes, other]) is None


def test_retries_around_it_are_no_part_of_the_probing():
    probes = [refused(f"prod/{n}", after_s=n) for n in range(5)]
    retries = [refused("prod/0", after_s=n) for n in (902, 903)]

    found = judge(probes[0], [*probes, *retries])

    assert found is not None
    assert found.evidence is not None
    assert found.evidence.event_ids == tuple(probe.event_id for probe in probes)


@pytest.mark.parametrize(
    ("after_s", "minutes", "change_s", "means"),
    [
        (60, 1, None, "with no change of the secret's policy or of its own rights seen"),
        (421, 8, 240, "after a change of the secret's resource policy"),
        (3600, 60, 240, "after a change of the secret's resource policy"),
    ],
)
def test_the_opening_says_after_how_long_and_by_what(after_s, minutes, change_s, means):
    probes = [refused(f"prod/{n}", after_s=n / 10) for n in range(5)]
    success = answered("prod/0", after_s=after_s)
    changes = () if change_s is None else (policy_change("prod/0", after_s=change_s),)

    found = judge(success, [*probes, success], changes=changes)

    assert found is not None
    assert found.reason == f"secret prod/0 opened {minutes} min after it was refused, {means}"
    assert found.again == (None if changes else LATENESS)
    assert found.evidence is not None
    assert len(found.evidence.event_ids) == 6 + len(changes)
    assert [secret.name for secret in found.secrets or ()] == [f"prod/{n}" for n in range(5)]
