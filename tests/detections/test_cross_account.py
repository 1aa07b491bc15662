"""A copy in another account is told; only a trusted account of the same organisation makes it milder."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nightlatch.detections.cross_account import DETECTION
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import Failure, SecretEvent
from nightlatch.domain.event.parameters import Parameters
from nightlatch.domain.history.examples import ACCOUNT, REGION, a_role, a_secret, an_event
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.findings import Severity, State
from nightlatch.domain.judging.rules import applies, detect

STRANGER = "999988887777"
COPY = f"arn:aws:secretsmanager:{REGION}:{STRANGER}:secret:copy-AbCdEf"
OURS = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:copy-AbCdEf"
NONE, TRUSTED = Inventory(), Inventory(trusted_accounts=frozenset({STRANGER}))
ASSOCIATE, ACCEPT = "AssociateCrossAccountReplica", "AcceptCrossAccountReplication"


def call(name: str = ASSOCIATE, /, *, by=None, failure=None, response=None, **request) -> SecretEvent:
    return an_event(name, secret=a_secret(), by=by, failure=failure, request=request, response=response)


def severity_of(event: SecretEvent, inventory: Inventory = NONE) -> Severity | None:
    assert applies(DETECTION, event)
    findings, _ = detect(event, Baseline(inventory=inventory), (DETECTION,))
    assert len(findings) <= 1
    return findings[0].severity if findings else None


@pytest.mark.parametrize(
    "restriction", [{}, {"replicaRestriction": "SameOrg"}, {"replicaRestriction": "NoRestriction"}]
)
def test_a_strangers_account_is_critical_whatever_the_restriction(restriction):
    assert severity_of(call(crossAccountReplicaARN=COPY, **restriction)) is Severity.CRITICAL


@pytest.mark.parametrize(
    ("restriction", "severity"),
    [
        ({}, Severity.MEDIUM),
        ({"replicaRestriction": "SameOrg"}, Severity.MEDIUM),
        ({"replicaRestriction": "NoRestriction"}, Severity.CRITICAL),
        ({"ReplicaRestriction": "norestriction"}, Severity.CRITICAL),
    ],
)
def test_a_trusted_account_is_milder_within_the_organisation_only(restriction, severity):
    assert severity_of(call(crossAccountReplicaARN=COPY, **restriction), TRUSTED) is severity


@pytest.mark.parametrize("field", ["crossAccountReplicaARN", "CrossAccountReplicaARN", "crossAccountReplicaArn"])
def test_the_field_counts_in_any_case_and_in_the_answer(field):
    assert severity_of(call(**{field: COPY})) is Severity.CRITICAL
    assert severity_of(call(response={field: COPY})) is Severity.CRITICAL
    assert severity_of(replace(call(), details=Parameters({field: COPY}))) is Severity.CRITICAL


def test_an_account_that_is_not_shown_is_not_foreign():
    assert severity_of(call()) is Severity.MEDIUM
    assert severity_of(call(replicaRestriction="NoRestriction")) is Severity.CRITICAL
    assert severity_of(call(crossAccountReplicaARN=OURS)) is Severity.MEDIUM


@pytest.mark.parametrize("field", ["primarySecretARN", "replicaSecretARN"])
@pytest.mark.parametrize(("inventory", "severity"), [(NONE, Severity.CRITICAL), (TRUSTED, Severity.MEDIUM)])
def test_an_accepted_copy_is_judged_like_an_associated_one(field, inventory, severity):
    assert severity_of(call(ACCEPT, **{field: COPY}), inventory) is severity


@pytest.mark.parametrize(
    ("request_", "inventory", "severity"),
    [
        ({"name": "x", "crossAccountPrimaryARN": COPY}, NONE, Severity.CRITICAL),
        ({"name": "x", "crossAccountPrimaryARN": COPY}, TRUSTED, Severity.MEDIUM),
        ({"name": "x"}, NONE, None),
    ],
)
def test_a_secret_created_as_a_copy(request_, inventory, severity):
    assert severity_of(call("CreateSecret", **request_), inventory) is severity


def test_untying_is_a_note():
    (note,), _ = detect(call("DisassociateCrossAccountReplica", crossAccountReplicaARN=COPY), Baseline(), (DETECTION,))

    assert (note.severity, note.state) == (Severity.LOW, State.DIGEST)
    assert note.title == "ci-deploy (IAM user) untied secret prod/db from its copy in another account"


def test_the_account_is_named_and_the_arn_is_not_repeated():
    (found,), _ = detect(call(crossAccountReplicaARN=COPY), Baseline(), (DETECTION,))

    assert STRANGER in found.reason
    assert "copy-AbCdEf" not in f"{found.title} {found.reason}"


@pytest.mark.parametrize("name", [ASSOCIATE, ACCEPT, "CreateSecret", "DisassociateCrossAccountReplica"])
def test_what_failed_is_silent(name):
    failed = call(name, failure=Failure("InvalidRequestException"), crossAccountReplicaARN=COPY)

    assert severity_of(failed) is None


def test_a_stack_does_not_silence_it():
    stack = replace(a_role("deploy"), invoked_by="cloudformation.amazonaws.com")

    assert severity_of(call(by=stack, crossAccountReplicaARN=COPY)) is Severity.CRITICAL


@pytest.mark.parametrize(
    ("event", "inventory", "reason"),
    [
        (
            call(crossAccountReplicaARN=COPY, replicaRestriction="NoRestriction"),
            NONE,
            f"account {STRANGER} is neither ours nor trusted, and the copy may be in any organisation",
        ),
        (call(crossAccountReplicaARN=COPY), NONE, f"account {STRANGER} is neither ours nor trusted"),
        (call(crossAccountReplicaARN=COPY), TRUSTED, f"account {STRANGER} is trusted"),
        (call(), NONE, "the record does not show which account"),
    ],
    ids=["a stranger in any organisation", "a stranger", "a trusted account", "nobody shown"],
)
def test_the_reason_says_whose_account_it_is(event, inventory, reason):
    (found,), _ = detect(event, Baseline(inventory=inventory), (DETECTION,))

    assert found.reason == reason
