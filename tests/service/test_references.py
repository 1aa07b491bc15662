"""Looking for who points to an old ARN goes everywhere it can, and ends as one note in the incident."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pytest

from builders import a_finding
from fakes import FakeDispatch, FakeIncidents
from nightlatch.domain.answering.acting import Moved
from nightlatch.domain.errors import NotFound, Refused
from nightlatch.domain.history.examples import AT
from nightlatch.domain.recovering.references import LATELY
from nightlatch.service.ports import Notice
from nightlatch.service.references import FUNCTIONS, OWN_POLICY, POLICIES, READERS, ReferencePorts, tell_references

OLD = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf"
NEW = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-XyZ123"


class FakePointers:
    """An account in which one of everything points to the secret."""

    def __init__(self) -> None:
        self.asked: dict[str, object] = {}
        self.policies_fail = False

    def readers(self, keys: Sequence[str], since: datetime) -> Sequence[str]:
        self.asked["readers"] = (tuple(keys), since)
        return ["role/app"]

    def policies(self, arn: str) -> Sequence[str]:
        if self.policies_fail:
            raise Refused("not permitted; add iam:GetAccountAuthorizationDetails to the role that acts")
        return [f"policy of {arn[-6:]}"]

    def functions(self, arn: str) -> Sequence[str]:
        return [f"function of {arn[-6:]}"]

    def own_policy(self, secret: str, arn: str) -> Sequence[str]:
        self.asked["own"] = (secret, arn)
        return []


class World:
    def __init__(self) -> None:
        self.pointers, self.incidents, self.dispatch = FakePointers(), FakeIncidents(), FakeDispatch()
        self.incident, _ = self.incidents.fold(a_finding(), policy_digest="")

    def tell(self, incident_id: str | None):
        ports = ReferencePorts(pointers=self.pointers, incidents=self.incidents, dispatch=self.dispatch)
        return tell_references(Moved(OLD, NEW), incident_id, ports=ports, now=AT)


@pytest.fixture
def world() -> World:
    return World()


def test_every_place_is_looked_at_and_the_incident_is_told_once(world):
    found, again = world.tell(world.incident.id), world.tell(world.incident.id)

    noted = world.incidents.get(world.incident.id)
    assert found == again
    assert noted.notes == (found.text,)
    assert world.dispatch.notices == [Notice(world.incident.id, f"revision-{noted.revision}")] * 2
    assert set(found.found) == {READERS, POLICIES, FUNCTIONS, OWN_POLICY}
    assert world.pointers.asked == {
        "readers": (("111122223333/eu-west-1/prod/db",), AT - LATELY),
        "own": (NEW, OLD),
    }


def test_a_place_that_nobody_may_look_at_is_named_and_the_rest_is_told(world):
    world.pointers.policies_fail = True

    found = world.tell(world.incident.id)

    assert "add iam:GetAccountAuthorizationDetails" in found.not_looked[POLICIES]
    assert set(found.found) == {READERS, FUNCTIONS, OWN_POLICY}


def test_without_an_incident_it_is_looked_for_and_nobody_is_told(world):
    assert world.tell(None).found[READERS] == ["role/app"]
    assert world.dispatch.notices == []


def test_an_incident_that_is_not_there_is_an_error(world):
    with pytest.raises(NotFound):
        world.tell("inc-none")
