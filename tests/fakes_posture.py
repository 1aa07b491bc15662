"""An account to audit: on moto, or as a test says that AWS answers, checked by botocore against AWS's models."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.exceptions import ClientError, ParamValidationError
from botocore.model import ServiceModel
from botocore.validate import validate_parameters

from fakes import NOW
from nightlatch.adapters.posture.premises import AwsPremises
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.posture.functions import FunctionPosture
from nightlatch.domain.posture.secrets import Protected, SecretPosture
from nightlatch.domain.posture.unseen import Gap
from nightlatch.domain.posture.use import SecretUse
from nightlatch.service.audit_ports import Premises
from worlds import ACCOUNT, REGION, a_client

Clients = Callable[[str], Any]


def refusal(code: str = "AccessDeniedException", said: str = "no", status: int = 400) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": said}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]
        "Operation",
    )


@dataclass
class FakeUses:
    by_name: dict[str, SecretUse] = field(default_factory=dict)
    gap: Gap | None = None

    def of(self, secrets: Sequence[SecretRef]) -> Mapping[SecretRef, SecretUse] | Gap:
        nothing = SecretUse(since=NOW, until=NOW)
        return self.gap or {one: self.by_name.get(one.name, nothing) for one in secrets}


@dataclass
class FakeProtections:
    by_name: dict[str, Protected] = field(default_factory=dict)
    gap: Gap | None = None
    proven_at: datetime | Gap | None = None

    def of(self, secrets: Sequence[SecretRef]) -> Mapping[SecretRef, Protected] | Gap:
        nothing = Protected(is_guarded=False, wants_guard=False)
        return self.gap or {one: self.by_name.get(one.name, nothing) for one in secrets}

    def restore_proven_at(self) -> datetime | Gap | None:
        return self.proven_at


def premises(clients: Clients = a_client, **said: Any) -> AwsPremises:
    """Give the premises without a pause between calls."""
    asked: dict[str, Any] = {
        "account_id": ACCOUNT,
        "region": REGION,
        "uses": FakeUses(),
        "protections": FakeProtections(),
        "now": lambda: NOW,
        "pause": lambda _: None,
    }
    return AwsPremises(clients, **asked | said)


def all_secrets(port: Premises) -> list[SecretPosture]:
    """Read every page."""
    found: list[SecretPosture] = []
    token = None
    while True:
        page = port.secrets(token)
        found += page.secrets
        if (token := page.token) is None:
            return found


def all_functions(port: Premises, rotators: Mapping[str, tuple[str, ...]] | None = None) -> list[FunctionPosture]:
    """Read every page."""
    found: list[FunctionPosture] = []
    token = None
    while True:
        page = port.functions(token, dict(rotators or {}))
        found += page.functions
        if (token := page.token) is None:
            return found


class Watched:
    """Clients that refuse or change what a test says, and otherwise answer as those behind them do.

    Args:
        clients: Those behind.
        instead: By IAM action, what to do with what was asked and the call itself.
    """

    def __init__(self, clients: Clients, **instead: Callable[[Mapping[str, Any], Callable[..., Any]], Any]) -> None:
        self._clients = clients
        self._instead = {action.replace("__", ":"): act for action, act in instead.items()}
        self.asked: list[tuple[str, Mapping[str, Any]]] = []

    def __call__(self, service: str) -> Any:
        return _WatchedClient(self, service, self._clients(service))

    def made(self, service: str, operation: str, call: Callable[..., Any], asked: Mapping[str, Any]) -> Any:
        action = f"{service}:{operation}"
        self.asked.append((action, asked))
        act = self._instead.get(action)
        return call(**asked) if act is None else act(asked, call)


class _WatchedClient:
    def __init__(self, watched: Watched, service: str, client: Any) -> None:
        self._watched, self._service, self._client = watched, service, client

    def __getattr__(self, name: str) -> Any:
        operation = operation_of(self._service, name)
        call = getattr(self._client, name)
        return lambda **asked: self._watched.made(self._service, operation, call, asked)


def refusing(error: ClientError) -> Callable[[Mapping[str, Any], Callable[..., Any]], Any]:
    """Refuse a call whatever it asks."""

    def refuse(_asked: Mapping[str, Any], _call: Callable[..., Any]) -> Any:
        raise error

    return refuse


class Scripted:
    """Clients that answer what a test says and nothing else, each answer of the shape that AWS's model has."""

    def __init__(self, **answers: Any) -> None:
        self._answers = {action.replace("__", ":"): answer for action, answer in answers.items()}

    def __call__(self, service: str) -> Any:
        return _ScriptedClient(service, self._answers)


class _ScriptedClient:
    def __init__(self, service: str, answers: Mapping[str, Any]) -> None:
        self._service, self._answers = service, answers

    def __getattr__(self, name: str) -> Any:
        operation = operation_of(self._service, name)
        answer = self._answers[f"{self._service}:{operation}"]
        model = _model(self._service).operation_model(operation)

        def call(**asked: Any) -> Any:
            _hold(asked, model.input_shape)
            found = answer(asked) if callable(answer) else answer
            if isinstance(found, Exception):
                raise found
            _hold(found, model.output_shape)
            return found

        return call


def _hold(what: Any, shape: Any) -> None:
    """Hold a script against AWS's model, loudly: what botocore raises of it would be taken for AWS's own word."""
    try:
        validate_parameters(what, shape)
    except ParamValidationError as error:
        raise AssertionError(str(error)) from error


@cache
def _model(service: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(service)


@cache
def _operations(service: str) -> Mapping[str, str]:
    return {xform_name(name): name for name in _model(service).operation_names}


def operation_of(service: str, method: str) -> str:
    """Give AWS's name of what a client's method calls."""
    return _operations(service)[method]
