"""What a Sigma document is made of: a detection in Sigma's words, and what the rule can say that Sigma cannot.

One rule of the catalogue becomes one document, or several where it has several severities. A document may be blinder
or louder than its rule, and says so.

Source: Sigma rules specification 2.1.0 and its modifiers appendix (SigmaHQ/sigma-specification), rule conventions of
SigmaHQ (names of filters, title case, "Detects", `Unlikely` where no false positive is expected).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nightlatch.domain.event.events import SECRETS_MANAGER
from nightlatch.domain.judging.findings import Severity

Search = Mapping[str, object] | list[dict[str, object]]  # fields that must all hold; of a list one such map is enough

FAILED: Search = {"errorCode|exists": True}
CALLED_BY_AWS: Search = [  # AWS for itself: a call that it makes on somebody's way is still theirs
    {"userIdentity.type": "AWSService"},
    {"userIdentity.sessionContext.sessionIssuer.arn|contains": ":role/aws-service-role/"},
]
YES = [True, "true"]  # a flag may have been sent as a text
_AWS_DOCS = "https://docs.aws.amazon.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class SigmaPart:
    """One document to be."""

    rule: str  # its id in the catalogue
    variant: str = ""  # tells documents of one rule apart; the first has none
    title: str
    detects: str  # one sentence that begins so
    less: str  # what the rule sees and this cannot, or "" where it is the whole rule
    searches: Mapping[str, Search]
    condition: str
    falsepositives: tuple[str, ...]
    references: tuple[str, ...]
    level: Severity | None = None  # the rule's own where left out; lower where this is less sure than the rule

    @property
    def name(self) -> str:
        """The rule's id, with the variant behind it: what its UUID is made from, so it never changes."""
        return f"{self.rule}/{self.variant}" if self.variant else self.rule


def calls(*names: str, source: str = SECRETS_MANAGER, **fields: object) -> dict[str, object]:
    """Search for calls at their service, with what else must hold; in a field's name `__` stands for a dot."""
    named: object = names[0] if len(names) == 1 else list(names)
    return {"eventSource": source, "eventName": named, **{key.replace("__", "."): fields[key] for key in fields}}


def api(call: str, service: str = "secretsmanager/latest/apireference") -> str:
    """Give the page of a call in AWS's reference."""
    return f"{_AWS_DOCS}/{service}/API_{call}.html"


def page(place: str) -> str:
    """Give a page of AWS's documentation."""
    return f"{_AWS_DOCS}/{place}.html"


def listed(placeholder: str, *forms: str) -> object:
    """Give the forms in which the entries of an operator's list may stand in a record, `{}` being the entry."""
    marked = [form.replace("{}", f"%nightlatch_{placeholder}%") for form in forms or ("{}",)]
    return marked[0] if len(marked) == 1 else marked
