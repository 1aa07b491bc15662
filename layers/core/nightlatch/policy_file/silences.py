"""What the operator chose not to hear: exemptions, actors whose doing is known, and announced changes.

Each has an owner, a reason and an end, names principals and secrets, and never a user agent, which anybody can choose.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cache
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from nightlatch.domain.answering.policy import NEEDS_PREFIX, Exemption
from nightlatch.policy_file.parts import Part

_EVERY_RULE = "*"
_Deed = Literal["read", "change", "delete", "rotate", "policy", "key", "replicate"]
_ROOMS: Mapping[str, str] = {  # the room of the rules about each deed; none is about nightlatch or CloudTrail itself
    "read": "access",
    "change": "change",
    "delete": "deletion",
    "rotate": "rotation",
    "policy": "policy",
    "key": "key",
    "replicate": "replica",
}


@cache
def _rules() -> Mapping[str, str]:
    """Map every name of a rule to its id."""
    from nightlatch.detections import CATALOGUE  # noqa: PLC0415 - a cold start pays for it only if something is exempted

    return {name: rule.id for rule in CATALOGUE for name in (rule.id, rule.catalogue)}


def _known_rule(rule: str) -> str:
    """Let only rules pass that exist: an exemption from any other silences nothing, and nobody would notice."""
    if rule != _EVERY_RULE:
        rule_id(rule)
    return rule


def rule_id(name: str) -> str:
    """Give the id of a rule by either of its names.

    Raises:
        PydanticCustomError: There is no such rule; the message names the nearest.
    """
    if name not in _rules():
        raise PydanticCustomError("unknown_rule", "no rule has this id; {hint}", {"hint": _nearest(name)})
    return _rules()[name]


def _nearest(rule: str) -> str:
    """Point to a rule without repeating what was written."""
    asked = rule.strip().lower()
    names = {name.lower(): name for name in sorted(_rules())}
    names |= {name.partition(".")[2]: full for name, full in names.items() if "." in name}
    near = get_close_matches(asked, names, n=1)
    return f"did you mean {names[near[0]]!r}?" if near else "the rules are told by `nightlatch rules list`"


class Silence(Part):
    """Something that the operator chose not to hear: whose choice, why and until when."""

    principal: Annotated[str, Field(min_length=1)] = "*"
    secrets: str = ""
    owner: Annotated[str, Field(min_length=1)]
    reason: Annotated[str, Field(min_length=1)]
    expires: datetime

    def to_exemption(self, rule: str, starts: datetime | None = None) -> Exemption:
        """Give the value that decisions read."""
        return Exemption(
            rule=rule,
            principal=self.principal,
            secrets=self.secrets,
            owner=self.owner,
            reason=self.reason,
            expires=aware(self.expires),
            starts=None if starts is None else aware(starts),
        )


class ExemptionPart(Silence):
    """One rule, or all, for a principal and a name prefix."""

    rule: Annotated[str, AfterValidator(_known_rule)]

    @model_validator(mode="after")
    def _has_prefix_where_needed(self) -> Self:
        if not self.secrets and _rules().get(self.rule) in NEEDS_PREFIX:
            raise PydanticCustomError(
                "needs_prefix", 'a force delete is exempted by name prefix alone: add `secrets`, such as "ci-tmp/"'
            )
        return self

    def exemptions(self) -> Iterator[Exemption]:
        """Give it as an exemption."""
        yield self.to_exemption(self.rule)


class ActorPart(Silence):
    """Somebody whose doing is known: Terraform, an operator that refreshes secrets, a rotation of one's own."""

    principal: Annotated[str, Field(min_length=1)]
    may: Annotated[tuple[_Deed, ...], Field(min_length=1)]
    delete: Literal["ask", "allow"] | None = None

    @model_validator(mode="after")
    def _says_one_thing_of_deletions(self) -> Self:
        if self.delete == "ask" and "delete" in self.may:
            raise PydanticCustomError("delete_twice", "`may` lets it delete, `delete: ask` does not; keep one of them")
        return self

    def exemptions(self) -> Iterator[Exemption]:
        """Give what the actor may do as exemptions from the rules about it."""
        may = (*self.may, "delete") if self.delete == "allow" else self.may
        yield from (self.to_exemption(f"{_ROOMS[deed]}.*") for deed in dict.fromkeys(may))

    def asked_first(self) -> Iterator[Exemption]:
        """Give the deletions that are told, with the way back offered and not taken by itself."""
        if self.delete == "ask":
            yield self.to_exemption(f"{_ROOMS['delete']}.*")


class WindowPart(Silence):
    """A time in which changes are announced."""

    starts: datetime
    secrets: Annotated[str, Field(min_length=1)]
    may: Annotated[tuple[_Deed, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> Self:
        if aware(self.expires) <= aware(self.starts):
            raise PydanticCustomError("window", "a change window ends after it starts")
        return self

    def exemptions(self) -> Iterator[Exemption]:
        """Give what is announced as exemptions that begin and end."""
        yield from (self.to_exemption(f"{_ROOMS[deed]}.*", self.starts) for deed in self.may)


def aware(moment: datetime) -> datetime:
    """Take a time without a zone for UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
