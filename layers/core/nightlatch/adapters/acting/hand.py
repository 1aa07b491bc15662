"""Makes the calls of plans: any call that a plan holds, by its name, with what AWS refuses made a sentence.

A value that goes along is put in by the vault alone. Where AWS can check a call beforehand, it is asked first.

Source: botocore reference, clients (a method per operation, named by `xform_name`); Secrets Manager API reference,
ValidateResourcePolicy (PolicyValidationPassed, ValidationErrors).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from botocore import xform_name

from nightlatch.adapters.acting.refusals import acting_on
from nightlatch.adapters.aws_errors import on_secret
from nightlatch.domain.answering.acting import Call
from nightlatch.domain.errors import Refused
from nightlatch.service.snapshot_ports import Copies, VaultOut

_LABELS = "UpdateSecretVersionStage"


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsHand:
    """The port `Hand` on boto3, for one account and Region."""

    clients: Callable[[str], Any]  # gives the client of a service
    copies: Copies
    vault: VaultOut | None = None  # None where the stack has no vault

    def perform(self, call: Call, on: str) -> str:
        """Make the call and give its AWS request id.

        Raises:
            WorldMoved: A label is not where the plan saw it, a key is in another state, or somebody created the secret.
            NotYet: AWS will take the call in some seconds.
            NotFound: The thing is gone.
            Refused: AWS said no or found fault with it, or a permission is missing.
            Unavailable: AWS could not be asked; whether it was done is then unknown.
        """
        if call.checked_by is not None:
            _refuse_faults(self._make(call.checked_by, on), on)
        answer = self._make(call, on)
        return str(answer["ResponseMetadata"]["RequestId"])

    def _make(self, call: Call, on: str) -> Mapping[str, Any]:
        client = self.clients(call.service)
        if call.value_from is not None:
            return self._with_value(client, call, call.value_from, on)
        with _translated(call, on):
            answer: Mapping[str, Any] = getattr(client, xform_name(call.operation))(**call.parameters)
        return answer

    def _with_value(self, client: Any, call: Call, copy_id: str, on: str) -> Mapping[str, Any]:
        if self.vault is None:
            raise Refused(f"{on}: no vault can be opened from here; the responder alone may, where the stack has one")
        copy = self.copies.get(copy_id)
        with _translated(call, on):
            return self.vault.call(client, xform_name(call.operation), call.parameters, copy)


def _refuse_faults(answer: Mapping[str, Any], on: str) -> None:
    if answer.get("PolicyValidationPassed", True):
        return
    faults = "; ".join(str(fault.get("ErrorMessage", "no reason")) for fault in answer.get("ValidationErrors", ()))
    raise Refused(
        f"{on}: AWS would not accept the resource policy ({faults or 'no reason given'}); nothing was changed"
    )


def _translated(call: Call, on: str) -> AbstractContextManager[None]:
    if call.service == "secretsmanager":
        key = str(call.parameters.get("KmsKeyId") or "KEY")
        return on_secret(on, call.action, moves_label=call.operation == _LABELS, key=key)
    return acting_on(on, call.action)
