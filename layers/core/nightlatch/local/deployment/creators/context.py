"""After this module a reader knows what a creator may use to make a resource, and what it gives back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.validate import validate_parameters

from nightlatch.local.aws.sessions import stage_session
from nightlatch.local.deployment.errors import CreationFailed
from nightlatch.local.deployment.sam import CODE_BUCKET
from nightlatch.local.deployment.shapes import coerce
from nightlatch.local.deployment.template import Place

# Deploying is CloudFormation's doing; the narrator and a reader of the trail can tell by this.
_AGENT = "cloudformation.amazonaws.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a creator made: Ref gives the physical id, GetAtt the attributes."""

    physical_id: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    unrealised: str = ""


class Clients:
    """The boto3 clients of one deployment, each made once."""

    def __init__(self, endpoint: str, region: str) -> None:
        self._endpoint = endpoint
        self._session = stage_session(region)
        self._made: dict[str, Any] = {}

    def __getitem__(self, service: str) -> Any:
        if service not in self._made:
            config = Config(
                retries={"total_max_attempts": 1},
                user_agent_extra=_AGENT,
                parameter_validation=True,
            )
            self._made[service] = self._session.client(  # type: ignore[call-overload]
                service, endpoint_url=self._endpoint, config=config
            )
        return self._made[service]

    def close(self) -> None:
        """Close the connections of every client."""
        for client in self._made.values():
            client.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One resource's view of the deployment."""

    logical_id: str
    type: str
    place: Place
    folder: Path
    clients: Clients

    def call(self, service: str, method: str, **arguments: Any) -> Any:
        """Make a boto3 call with the types that it wants.

        Raises:
            CreationFailed: boto3 refuses the arguments, or the server refuses the call.
        """
        client = self.clients[service]
        shape = _input_shape(client, method)
        try:
            return getattr(client, method)(**coerce(shape, arguments))
        except (ClientError, BotoCoreError) as error:
            raise CreationFailed(f"{self.logical_id} ({self.type}): {error}") from error

    def check(self, service: str, method: str, **arguments: Any) -> None:
        """Let boto3 judge the arguments of a call that moto does not implement.

        Raises:
            CreationFailed: boto3 refuses the arguments.
        """
        shape = _input_shape(self.clients[service], method)
        try:
            validate_parameters(coerce(shape, arguments), shape)
        except BotoCoreError as error:
            raise CreationFailed(f"{self.logical_id} ({self.type}): {error}") from error

    def name(self, limit: int = 64, suffix: str = "") -> str:
        """Invent a physical name as CloudFormation does: stack, logical id, and some letters."""
        seed = f"{self.place.stack_name}/{self.logical_id}".encode()
        letters = hashlib.sha256(seed).hexdigest()[:12].upper()
        start = f"{self.place.stack_name}-{self.logical_id}"
        return f"{start[: limit - len(letters) - len(suffix) - 1]}-{letters}{suffix}"

    def arn(self, service: str, resource: str, *, region: str | None = None) -> str:
        """Write an ARN of this account and Region."""
        where = self.place.region if region is None else region
        return f"arn:aws:{service}:{where}:{self.place.account}:{resource}"

    def code_folder(self, address: Mapping[str, Any]) -> Path:
        """Find the folder beside the template that a code address stands for.

        Raises:
            CreationFailed: The address is not a folder of this template.
        """
        folder = (self.folder / str(address.get("S3Key", ""))).resolve()
        if address.get("S3Bucket") != CODE_BUCKET or not folder.is_dir():
            raise CreationFailed(f"{self.logical_id}: its code is not a folder beside the template")
        return folder


def _input_shape(client: Any, method: str) -> Any:
    operation = client.meta.method_to_api_mapping[method]
    return client.meta.service_model.operation_model(operation).input_shape


def tags_of(value: Any) -> dict[str, str]:
    """Turn `[{Key, Value}]` into the mapping that some services want."""
    if isinstance(value, Mapping):
        return {str(key): str(part) for key, part in value.items()}
    return {tag["Key"]: str(tag["Value"]) for tag in value or []}
