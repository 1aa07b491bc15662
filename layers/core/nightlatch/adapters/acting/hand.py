"""Makes the calls of plans: any call that a plan holds, by its name, with what AWS refuses made a sentence.

Source: botocore reference, clients (a method per operation, named by `xform_name`).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from botocore import xform_name

from nightlatch.adapters.aws_errors import looking, on_secret
from nightlatch.domain.acting import Call
from nightlatch.domain.errors import Refused

_LABELS = "UpdateSecretVersionStage"
_POLICY = "PutResourcePolicy"


class AwsHand:
    """The port `Hand` on boto3, for one account and Region.

    Args:
        clients: Gives the client of a service.
    """

    def __init__(self, clients: Callable[[str], Any]) -> None:
        self._clients = clients

    def perform(self, call: Call, on: str) -> str:
        """Make the call and give its AWS request id.

        Raises:
            WorldMoved: A label is not where the plan saw it.
            NotFound: The thing is gone.
            Refused: AWS said no, or a permission is missing.
            Unavailable: AWS could not be asked; whether it was done is then unknown.
        """
        if call.operation == _POLICY:
            self._validate(call, on)
        make = getattr(self._clients(call.service), xform_name(call.operation))
        with _translated(call, on):
            answer = make(**call.parameters)
        return str(answer["ResponseMetadata"]["RequestId"])

    def _validate(self, call: Call, on: str) -> None:
        """Ask AWS about a policy before it is put: that it locks nobody out, and lets nobody in."""
        parameters = {name: value for name, value in call.parameters.items() if name != "BlockPublicPolicy"}
        with on_secret(on, f"{call.service}:ValidateResourcePolicy"):
            answer = self._clients(call.service).validate_resource_policy(**parameters)
        if not answer.get("PolicyValidationPassed"):
            faults = answer.get("ValidationErrors", ())
            found = "; ".join(f"{fault.get('CheckName')}: {fault.get('ErrorMessage')}" for fault in faults)
            raise Refused(f"secret {on}: AWS finds fault with its resource policy ({found}); nothing was changed")


def _translated(call: Call, on: str) -> AbstractContextManager[None]:
    if call.service == "secretsmanager":
        return on_secret(on, call.action, moves_label=call.operation == _LABELS)
    return looking(call.action)
