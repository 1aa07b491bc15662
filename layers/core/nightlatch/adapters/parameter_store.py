"""What the operator says while nightlatch runs: the brake, read before every call, and the policy, every half minute.

The brake is act-closed: whatever cannot be read as `off` is on. The policy is not: a policy that cannot be read makes
the work come again later, for judging by a policy that nobody chose would be worse.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from nightlatch.adapters.aws_errors import asking
from nightlatch.domain.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

READ_AGAIN_AFTER_S = 30.0
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Document:
    """A parameter's text and the number that each new one raises."""

    text: str
    version: int
    arn: str = ""
    stored_at: datetime = _NEVER


class Parameter:
    """One parameter, remembered for half a minute.

    Args:
        client: Systems Manager.
        name: The parameter's name.
        tick: A clock that only runs forward, in seconds.
        kept_s: How long it is remembered; 0 reads it anew each time.
    """

    def __init__(
        self,
        client: SSMClient,
        name: str,
        *,
        tick: Callable[[], float] = time.monotonic,
        kept_s: float = READ_AGAIN_AFTER_S,
    ) -> None:
        self._kept_s = kept_s
        self._client = client
        self._name = name
        self._tick = tick
        self._read: tuple[float, Document] | None = None

    def read(self) -> Document:
        """Give the parameter as it was a moment ago, at most half a minute.

        Raises:
            Unavailable: It could not be read.
        """
        now = self._tick()
        if self._read is not None and now < self._read[0] + self._kept_s:
            return self._read[1]
        self._read = None
        document = self._asked(self._name)
        self._read = (now, document)
        return document

    def before(self, version: int) -> Document:
        """Give the version before one, as it was written; nothing remembers it.

        IAM's resources of a parameter know no version; whether AWS checks `name:version` as the parameter itself only a
        real account can tell.

        Raises:
            Unavailable: There is none, or it could not be read.
        """
        return self._asked(f"{self._name}:{version - 1}")

    def _asked(self, name: str) -> Document:
        with asking(f"parameter {name}"):
            found = self._client.get_parameter(Name=name, WithDecryption=True)["Parameter"]
        return Document(
            found.get("Value", ""),
            int(found.get("Version", 0)),
            arn=found.get("ARN", ""),
            stored_at=found.get("LastModifiedDate", _NEVER).astimezone(UTC),
        )


class SsmKillSwitch:
    """The port `KillSwitch`: off only when the parameter says `off`."""

    def __init__(self, parameter: Parameter) -> None:
        self._parameter = parameter

    def is_on(self) -> bool:
        """Tell whether acting is forbidden; it is where nobody can tell."""
        try:
            return self._parameter.read().text.strip().lower() != "off"
        except Unavailable:
            return True
