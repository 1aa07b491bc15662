"""Root and break-glass are told whatever they do with Secrets Manager, and the list of what they can do is complete."""

from __future__ import annotations

from dataclasses import replace

import botocore.session
import pytest

from nightlatch.detections.root_use import DETECTION
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import SECRETS_MANAGER, Failure
from nightlatch.domain.history.examples import a_person, a_role, a_secret, a_user, an_event, the_root
from nightlatch.domain.judging.baseline import Baseline, Maturity
from nightlatch.domain.judging.findings import Severity, State, fold
from nightlatch.domain.judging.rules import detect


def test_every_call_that_the_service_offers_is_read():
    model = botocore.session.get_session().get_service_model("secretsmanager")

    assert {(name.source, name.name) for name in DETECTION.event_names} == {
        (SECRETS_MANAGER, operation) for operation in model.operation_names
    }


@pytest.mark.parametrize("failure", [None, Failure("AccessDenied"), Failure("ResourceNotFoundException")])
@pytest.mark.parametrize("maturity", list(Maturity))
def test_root_alarms_at_once_whatever_came_of_it_and_however_young_the_history(failure, maturity):
    event = an_event("PutSecretValue", secret=a_secret(), by=the_root(), failure=failure)

    (finding,), waits = detect(event, Baseline(maturity=maturity), (DETECTION,))

    assert finding.state is State.OPEN
    assert not waits


def test_a_session_of_root_is_one_finding_that_names_its_secrets():
    events = [
        an_event("ListSecrets", by=the_root()),
        an_event(secret=a_secret("prod/db"), by=the_root(), after_s=30),
        an_event("DeleteSecret", secret=a_secret("prod/mail"), by=the_root(), after_s=90),
    ]

    (finding,) = fold(tuple(f for event in events for f in detect(event, Baseline(), (DETECTION,))[0]))

    assert finding.count == 3
    assert {secret.name for secret in finding.secrets} == {"prod/db", "prod/mail"}
    assert finding.title.startswith("root of account 111122223333 used Secrets Manager")


# Break-glass


@pytest.mark.parametrize(
    ("who", "entry"),
    [
        (a_role("break-glass", "ana"), "arn:aws:iam::111122223333:role/break-glass"),
        (a_role("break-glass", "ana"), "arn:aws:iam::*:role/break-*"),
        (a_role("break-glass", "ana"), "arn:aws:sts::*:assumed-role/break-glass/*"),
        (a_role("break-glass", "ana"), "break-glass"),
        (a_user("emergency"), "*:user/emergency"),
        (a_person("ana"), a_person("ana").key),
        (a_person("ana"), "*/AWSReservedSSO_Admin_0123456789abcdef"),
    ],
)
@pytest.mark.parametrize("failure", [None, Failure("AccessDenied")])
def test_a_principal_kept_for_emergencies_is_told_in_whatever_form_it_is_named(who, entry, failure):
    event = an_event("DescribeSecret", secret=a_secret(), by=who, failure=failure)
    known = Baseline(inventory=Inventory(break_glass=frozenset({entry})))
    other = Baseline(inventory=Inventory(break_glass=frozenset({"arn:aws:iam::*:role/other"})))

    (finding,), _ = detect(event, known, (DETECTION,))

    assert (finding.severity, finding.state) == (Severity.HIGH, State.OPEN)
    assert finding.reason.startswith("a principal kept for emergencies called DescribeSecret")
    assert detect(event, other, (DETECTION,)) == ((), ())
    assert detect(event, Baseline(), (DETECTION,)) == ((), ())


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (an_event(secret=a_secret()), "GetSecretValue (a read), which succeeded"),
        (an_event("DeleteSecret", failure=Failure("AccessDenied")), "DeleteSecret (a change), which was refused"),
        (an_event("PutSecretValue", failure=Failure("ThrottlingException")), "PutSecretValue (a change), which failed"),
    ],
)
def test_it_says_who_did_what_and_what_came_of_it(event, said):
    (finding,), _ = detect(replace(event, principal=the_root()), Baseline(), (DETECTION,))

    assert finding.reason == f"root called {said}"
    assert ("on secret prod/db" in finding.title) == bool(event.secrets)
    assert ("no named secret" in finding.title) is False
