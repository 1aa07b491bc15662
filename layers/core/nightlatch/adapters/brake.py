"""The brake in the operator's hand: reads and sets the parameter that stops all acting, with Systems Manager alone.

The parameter holds `off`, or `on` and behind it who pulled it and why; whatever is not `off` holds everything.

Source: Systems Manager API reference, PutParameter (Overwrite, AllowedPattern, ParameterPatternMismatchException) and
GetParameter (ParameterNotFound).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from nightlatch.adapters.aws_errors import code_of, looking
from nightlatch.domain.errors import NotFound

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

OFF = "off"
_ON = "on"
_NO_SUCH = "ParameterNotFound"
_MISMATCH = "ParameterPatternMismatchException"
_MOST = 500  # characters; a parameter takes 4 KB


class SsmBrake:
    """One stack's brake."""

    def __init__(self, client: SSMClient, name: str) -> None:
        self._client = client
        self.name = name

    def read(self) -> str:
        """Give what it says now.

        Raises:
            NotFound: There is no such parameter.
            Refused: A permission is missing.
            Unavailable: Systems Manager could not be asked.
        """
        with looking("ssm:GetParameter"):
            try:
                return self._client.get_parameter(Name=self.name)["Parameter"].get("Value", "").strip()
            except ClientError as error:
                if code_of(error) != _NO_SUCH:
                    raise
        raise NotFound(
            f"there is no parameter {self.name} in this account and Region; name the stack with --stack, its Region"
            " with --region (where it was deleted, nightlatch does nothing either)"
        )

    def pull(self, why: str) -> str:
        """Set it to on; give what was written, without the reason where an older stack takes none.

        Raises:
            Refused: A permission is missing.
            Unavailable: Systems Manager could not be asked.
        """
        text = f"{_ON}: {why}"[:_MOST]
        with looking("ssm:PutParameter"):
            try:
                self._write(text)
            except ClientError as error:
                if code_of(error) != _MISMATCH:
                    raise
                text = _ON
                self._write(text)
        return text

    def release(self) -> None:
        """Set it to off; raises as `pull` does."""
        with looking("ssm:PutParameter"):
            self._write(OFF)

    def _write(self, text: str) -> None:
        self._client.put_parameter(Name=self.name, Value=text, Type="String", Overwrite=True)
