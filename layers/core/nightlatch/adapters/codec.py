"""How a domain value becomes JSON in a table or on a queue, and comes back equal.

Pydantic reads the plain dataclasses of the domain as they are, so there is one description of each value.
An adapter is built the first time its type is needed, which keeps the cold start of a function short.

A request is stored only while a rule waits for an answer, and never with the fields that can carry a
secret's value: CloudTrail leaves them out, but a record from elsewhere may not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from nightlatch.domain.account.holding import Found
from nightlatch.domain.account.replications import Replication
from nightlatch.domain.account.takings import Taking
from nightlatch.domain.answering.circuits import Circuit
from nightlatch.domain.answering.declarations import Declaration
from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.keeping import Kept
from nightlatch.domain.answering.responses import Response
from nightlatch.domain.answering.summaries import Held, Storm, Summary
from nightlatch.domain.errors import Unreadable
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.event.parameters import Parameters
from nightlatch.domain.history.sightings import Sighting
from nightlatch.domain.judging.findings import Finding
from nightlatch.domain.posture.findings import PostureFinding
from nightlatch.domain.posture.reports import Kept as KeptFinding
from nightlatch.domain.posture.reports import Run
from nightlatch.domain.secret.copies import Copy, Proof
from nightlatch.domain.secret.metadata import MetadataSnapshot

Stored = TypeVar(
    "Stored",
    Circuit,
    Copy,
    Declaration,
    Finding,
    Found,
    Held,
    Incident,
    Kept,
    KeptFinding,
    MetadataSnapshot,
    PostureFinding,
    Proof,
    Replication,
    Response,
    Run,
    SecretEvent,
    Sighting,
    Storm,
    Summary,
    Taking,
)

# Source: Secrets Manager API reference, the request and response fields that hold a value or a password.
# A description and the variables of a function are where people put credentials that belong into a secret.
_VALUES = frozenset({"secretstring", "secretbinary", "randompassword", "secretvalues", "description", "variables"})
_TAG = {"key", "value"}

_made: dict[type, TypeAdapter[Any]] = {}


def encode(value: Stored) -> str:
    """Write a value as JSON."""
    kept = _without_values(value) if isinstance(value, SecretEvent) else value
    # Of most secrets of an inventory little is known: what is not is left out.
    return str(_adapter(type(kept)).dump_json(kept, exclude_defaults=isinstance(kept, Found)), "utf-8")


def decode(kind: type[Stored], text: str | bytes) -> Stored:
    """Read a value back.

    Raises:
        Unreadable: The text is not what `encode` writes; it names the fields, never their content.
    """
    try:
        value: Stored = _adapter(kind).validate_json(text)
    except ValidationError as error:
        places = ", ".join(sorted({".".join(str(part) for part in found["loc"]) for found in error.errors()}))
        raise Unreadable(f"a stored {kind.__name__} cannot be read (see {places or 'its JSON'})") from None
    return value


def _adapter(kind: type) -> TypeAdapter[Any]:
    if kind not in _made:
        _made[kind] = TypeAdapter(kind)
    return _made[kind]


def _without_values(event: SecretEvent) -> SecretEvent:
    return replace(
        event,
        request=_pruned(event.request),
        response=_pruned(event.response),
        details=_pruned(event.details),
    )


def _pruned(parameters: Parameters) -> Parameters:
    return Parameters({name: _prune(value) for name, value in parameters.fields.items() if name.lower() not in _VALUES})


def _prune(value: object) -> object:
    if isinstance(value, Mapping):
        names = {str(name).lower() for name in value}
        unwanted = _VALUES | {"value"} if names == _TAG else _VALUES  # of a tag only the key is looked at again
        return {name: _prune(inner) for name, inner in value.items() if str(name).lower() not in unwanted}
    if isinstance(value, (list, tuple)):
        return [_prune(inner) for inner in value]
    return value
