"""The auditor of the deployed stack audits, with its own role: what is found, what is told, what is fixed."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import pytest

from e2e.watched import Watched
from nightlatch.domain.posture.reports import Standing
from nightlatch.local.scenes.company import a_value

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("audits")]


def standings(watched: Watched, name: str) -> dict[str, Standing]:
    return {one.finding.check: one.standing for one in watched.book.findings() if one.finding.name == name}


def test_an_audit_goes_through_all_secrets_and_what_is_gone_is_fixed(watched: Watched) -> None:
    name = f"e2e/{uuid.uuid4().hex[:8]}"
    terraform = watched.theatre.as_role("terraform", "apply")
    terraform.create_secret(Name=name, SecretString=a_value())
    watched.settle()

    watched.audit()

    run = watched.book.last()
    assert run is not None
    assert run.secrets >= len(watched.theatre.company.names) + 1
    assert standings(watched, name)["rotation.off"] is Standing.NEW

    terraform.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    watched.settle()
    watched.audit()

    assert set(standings(watched, name).values()) == {Standing.FIXED}


def test_what_the_auditor_may_not_look_at_is_no_surprise(watched: Watched) -> None:
    """Its role is made for the audit: nothing is left out for want of a permission."""
    watched.audit()

    assert watched.book.last() is not None
    refused = {one.finding.check for one in watched.book.findings() if "audit.not-seen" in one.finding.check}
    assert {one for one in refused if "nightlatch" not in one} == set()


def test_what_is_new_and_grave_is_told_in_one_message(watched: Watched) -> None:
    name = f"e2e/{uuid.uuid4().hex[:8]}"
    terraform = watched.theatre.as_role("terraform", "apply")
    terraform.create_secret(Name=name, SecretString=a_value())
    anybody = {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [anybody]})
    terraform.put_resource_policy(SecretId=name, ResourcePolicy=document)
    watched.settle()

    watched.audit()
    watched.audit()

    told = [text for one in watched.theatre.slack.messages() if "Audit:" in (text := json.dumps(one)) and name in text]
    assert len(told) == 1
    assert "of HIGH or worse" in told[0]


def test_an_audit_takes_no_longer_than_a_knock(watched: Watched) -> None:
    watched.audit()

    run = watched.book.last()
    assert run is not None
    assert run.finished_at is not None
    assert run.finished_at - run.begun_at < timedelta(minutes=5)
