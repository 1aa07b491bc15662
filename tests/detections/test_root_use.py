"""Root is told whatever it does with Secrets Manager, and the list of what it can do is complete."""

from __future__ import annotations

import botocore.session
import pytest

from nightlatch.detections.root_use import DETECTION
from nightlatch.domain.baseline import Baseline, Maturity
from nightlatch.domain.events import SECRETS_MANAGER, Failure
from nightlatch.domain.examples import a_secret, an_event, the_root
from nightlatch.domain.findings import State, fold
from nightlatch.domain.rules import detect


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
