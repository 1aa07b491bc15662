"""What the operator wants to be sure of: events beside the policy, and what it must make of each.

An event is a CloudTrail record, or several in a burst; or the first example of a rule that fires, as if some principal
had done it to some secret. Trials are no part of what is in force: neither stored nor counted in the digest.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from nightlatch.domain.answering.actions import ActionKind
from nightlatch.domain.judging.findings import Severity
from nightlatch.policy_file.parts import Part
from nightlatch.policy_file.silences import rule_id
from nightlatch.service.policy_trials import Expected, Verdict

_Kinds = Annotated[tuple[ActionKind, ...] | None, Field()]


def _verdict_alone(written: object) -> object:
    """Let one word stand for an expectation."""
    return {"verdict": written} if isinstance(written, str) else written


def _one_or_many(written: object) -> object:
    return [written] if isinstance(written, Mapping) else written


class ExpectedPart(Part):
    """What must come of it."""

    verdict: Verdict
    rule: Annotated[str, AfterValidator(rule_id)] | None = None
    severity: Severity | None = None
    acts: _Kinds = None
    offers: _Kinds = None

    def to_domain(self) -> Expected:
        """Give the value that a trial is held against."""
        return Expected(
            verdict=self.verdict,
            rule=self.rule,
            severity=self.severity,
            acts=None if self.acts is None else frozenset(self.acts),
            offers=None if self.offers is None else frozenset(self.offers),
        )


class TrialPart(Part):
    """One event beside the policy, and what the policy must make of it."""

    name: Annotated[str, Field(min_length=1)]
    event: Annotated[
        tuple[Mapping[str, Any], ...],
        BeforeValidator(_one_or_many, json_schema_input_type=dict[str, Any] | list[dict[str, Any]]),
        Field(min_length=1),
    ] = ()
    example: Annotated[str, AfterValidator(rule_id)] | None = None
    principal: Annotated[str, Field(pattern=r"^arn:[\w-]+:(iam|sts)::\d{12}:")] | None = None
    secret: Annotated[str, Field(min_length=1)] | None = None
    expect: Annotated[ExpectedPart, BeforeValidator(_verdict_alone, json_schema_input_type=Verdict | ExpectedPart)]

    @model_validator(mode="after")
    def _names_one_event(self) -> Self:
        if bool(self.event) == bool(self.example):
            raise PydanticCustomError("one_event", "name an `event` or the `example` of a rule, one of the two")
        if self.event and (self.principal or self.secret):
            raise PydanticCustomError(
                "as_written", "`principal` and `secret` go with `example`; an `event` has its own"
            )
        return self

    def records(self) -> tuple[object, ...]:
        """Give the events as CloudTrail writes them: YAML makes moments of what stands there as a text."""
        return tuple(_as_json(record) for record in self.event)


def _as_json(value: object) -> object:
    match value:
        case Mapping():
            return {str(name): _as_json(part) for name, part in value.items()}
        case list() | tuple():
            return [_as_json(part) for part in value]
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case _:
            return value
