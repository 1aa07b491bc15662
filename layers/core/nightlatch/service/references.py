"""Looks for who still points to the old ARN of a secret, and puts it into the incident that told of the deletion."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from nightlatch.domain.answering.acting import Moved
from nightlatch.domain.errors import NightlatchError
from nightlatch.domain.event.secrets import secret_ref
from nightlatch.domain.recovering.references import LATELY, References
from nightlatch.service.ports import Dispatch, Incidents, Notice

READERS, POLICIES = "principals that read it in the last 30 days", "IAM policies"
FUNCTIONS, OWN_POLICY = "Lambda functions", "resource policy of the secret itself"


class Pointers(Protocol):
    """Where an ARN may be written down; each may raise Refused, NotFound or Unavailable."""

    def readers(self, keys: Sequence[str], since: datetime) -> Sequence[str]:
        """Name the principals that have read a secret since then, by the keys of history."""

    def policies(self, arn: str) -> Sequence[str]:
        """Name the IAM policies, customer-managed and inline, that name it."""

    def functions(self, arn: str) -> Sequence[str]:
        """Name the functions whose configuration names it, with the variable; never what a variable holds."""

    def own_policy(self, secret: str, arn: str) -> Sequence[str]:
        """Name the secret where its own resource policy names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferencePorts:
    """What looking and telling needs."""

    pointers: Pointers
    incidents: Incidents
    dispatch: Dispatch


def find_references(moved: Moved, pointers: Pointers, now: datetime) -> References:
    """Look everywhere; what cannot be looked at keeps nobody from looking at the rest."""
    old = secret_ref(moved.old, account_id="", region="", by_aws=True)
    looks: Mapping[str, Callable[[], Sequence[str]]] = {
        READERS: lambda: pointers.readers(old.keys, now - LATELY),
        POLICIES: lambda: pointers.policies(moved.old),
        FUNCTIONS: lambda: pointers.functions(moved.old),
        OWN_POLICY: lambda: pointers.own_policy(moved.new, moved.old) if moved.new else (),
    }
    found: dict[str, Sequence[str]] = {}
    not_looked: dict[str, str] = {}
    for kind, look in looks.items():
        try:
            found[kind] = look()
        except NightlatchError as error:
            not_looked[kind] = str(error)
    return References(arn=moved.old, found=found, not_looked=not_looked)


def tell_references(moved: Moved, incident_id: str | None, *, ports: ReferencePorts, now: datetime) -> References:
    """Look, and note in the incident what was found.

    Raises:
        NotFound: There is no such incident.
        Unavailable: The incident could not be written; looking again does no harm.
    """
    found = find_references(moved, ports.pointers, now)
    if incident_id is not None:
        incident = ports.incidents.note(incident_id, found.text)
        ports.dispatch.alert(Notice(incident_id, f"revision-{incident.revision}"))
    return found
