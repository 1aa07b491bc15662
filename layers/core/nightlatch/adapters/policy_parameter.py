"""The operator's policy in the parameter store: read as it is or was, written as a new version.

The functions read the same parameter (`parameter_store.py`), as it is and without a word about what is refused; this is
for the person who puts a policy in force.

Source: Systems Manager API reference (botocore 1.44), GetParameter (`name:version`), PutParameter: a standard parameter
holds 4 KB, an advanced one 8 KB, which is charged and stays advanced; the 100 most recent versions are kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from nightlatch.adapters.aws_errors import code_of, looking
from nightlatch.adapters.parameter_store import Document
from nightlatch.domain.errors import NotFound, Refused

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

STANDARD = 4_096  # bytes; what is larger makes the parameter an advanced one
LARGEST = 8_192
_NO_SUCH = frozenset({"ParameterNotFound", "ParameterVersionNotFound"})


class SsmPolicy:
    """One stack's policy."""

    def __init__(self, client: SSMClient, name: str) -> None:
        self._client = client
        self.name = name

    def read(self, version: int | None = None) -> Document:
        """Give what it says now, or said then.

        Raises:
            NotFound: There is no such parameter, or no such version of it (any more).
            Refused: A permission is missing.
            Unavailable: Systems Manager could not be asked.
        """
        asked = self.name if version is None else f"{self.name}:{version}"
        with looking("ssm:GetParameter"):
            try:
                found = self._client.get_parameter(Name=asked, WithDecryption=True)["Parameter"]
                return Document(found.get("Value", ""), int(found.get("Version", 0)))
            except ClientError as error:
                if code_of(error) not in _NO_SUCH:
                    raise
        kept = "; the 100 most recent versions are kept" if version is not None else ""
        raise NotFound(f"there is no parameter {asked} in this account and Region{kept}; name the stack with --stack")

    def write(self, text: str) -> int:
        """Put a text in force; give its version.

        Raises:
            Refused: It is too large, or a permission is missing.
            Unavailable: Systems Manager could not be asked.
        """
        size = len(text.encode())
        if size > LARGEST:
            raise Refused(
                f"the policy has {size} bytes, and a parameter holds {LARGEST}; join entries whose owner and reason are"
                " the same, or shorten the list of secrets by globs"
            )
        tier = {} if size <= STANDARD else {"Tier": "Advanced"}
        with looking("ssm:PutParameter"):
            written = self._client.put_parameter(
                Name=self.name,
                Value=text,
                Type="String",
                Overwrite=True,
                **tier,  # type: ignore[arg-type]
            )
        return int(written["Version"])
