"""An AWS that answers what a test wrote down, by call and Region, and refuses the rest; for the doctor's questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError

from nightlatch.adapters.doctor.asking import Asker
from nightlatch.adapters.doctor.needs import NEEDS

Call = tuple[str, str]
"""An IAM action, and a Region; empty for that of the stack."""


def refused(code: str = "AccessDenied", status: int = 403, message: str = "no") -> ClientError:
    """Make AWS's answer to who may not, or what is not there."""
    answer: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "Operation")


@dataclass
class ScriptedAws:
    """Answers; a list holds one answer after the other."""

    answers: Mapping[Call, Any]
    asked: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)

    def asker(self) -> Asker:
        """Give who asks it."""
        return Asker(lambda service, region: _Client(self, service, region))

    def answer(self, action: str, region: str, asked: Mapping[str, Any]) -> Any:
        """Answer a call."""
        self.asked.append((action, region, asked))
        found = self.answers.get((action, region), refused())
        if callable(found):
            found = found(asked)
        if isinstance(found, BaseException):
            raise found
        return found


@dataclass(frozen=True)
class _Client:
    aws: ScriptedAws
    service: str
    region: str

    def __getattr__(self, method: str) -> Any:
        [action] = [
            need.action for need in NEEDS.values() if need.service == self.service and xform_name(need.call) == method
        ]
        return lambda **asked: self.aws.answer(action, self.region, asked)
