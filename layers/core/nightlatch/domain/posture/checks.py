"""How checks judge: a check is a value with a pure function over one posture, in the same shape as a detection."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.accounts import AccountPosture
from nightlatch.domain.posture.functions import FunctionPosture
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import Gap, NotSeen

Posture = SecretPosture | FunctionPosture | AccountPosture
_P = TypeVar("_P", SecretPosture, FunctionPosture, AccountPosture)


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """What a check found; the text of what it found stays where it is."""

    reason: str  # what was seen, in one clause with its figures; never a quotation of what may hold a credential
    severity: Severity | None = None  # the check's own where left out
    evidence: tuple[str, ...] = ()  # names, ids and figures, each safe to show
    command: str | None = None  # another than the check's
    values: tuple[tuple[str, str], ...] = ()  # for further places in the command


@dataclass(frozen=True, slots=True)
class Spared:
    """The check does not apply to this posture."""

    why: str


Verdict = Violation | Spared | None  # None: as it should be


@dataclass(frozen=True, slots=True, kw_only=True)
class Example(Generic[_P]):
    """A posture, and what the check must say of it."""

    name: str
    posture: _P
    violates: bool
    severity: Severity | None = None  # when it violates: what it must be
    terms: Terms | None = None  # the examples' own where left out


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(Generic[_P]):
    """One thing that a posture should be: data, a pure function, its examples and its remedy."""

    id: str  # such as `rotation.off`
    practice: Practice
    about: type[_P]
    title: str  # what is wrong, as a finding's title begins
    severity: Severity
    evaluate: Callable[[_P, Terms], Verdict]
    remedy: str  # what to do about it and what it may break, for a person
    command: str | None  # exact; {arn}, {name}, {region}, {account} and a violation's values are filled in, quoted
    sources: tuple[str, ...]
    examples: tuple[Example[_P], ...]
    well_architected: tuple[str, ...] = ()  # best practices of the Security Pillar, such as `SEC02-BP03`
    covers: tuple[str, ...] = ()  # controls of others: `SecretsManager.1`, `config:NAME`, `prowler:NAME`
    blind_spots: str = ""
    of_managed: bool = False  # whether it applies to a secret that a service manages; what its owner does is left to it
    of_replicas: bool = False  # whether it applies to a replica, which follows its primary
    of_deleted: bool = False  # whether it applies to a secret that waits to be deleted


class Outcome(StrEnum):
    """What came of one check on one posture."""

    VIOLATED = "violated"
    CLEAN = "clean"
    SPARED = "spared"
    UNSEEN = "unseen"  # nobody could look
    FAULT = "fault"  # the check itself failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One check's word on one posture."""

    check: Check[Any]
    posture: Posture
    outcome: Outcome
    violation: Violation | None = None
    gap: Gap | None = None  # of what was not seen
    why: str = ""  # where spared or failed


def judge(posture: Posture, checks: Iterable[Check[Any]], terms: Terms) -> Iterator[Judgement]:
    """Ask each check that is about such a posture; a fault in one silences no other."""
    for check in checks:
        if not isinstance(posture, check.about):
            continue
        spared = _spared(check, posture)
        yield spared or _asked(check, posture, terms)


def _asked(check: Check[Any], posture: Posture, terms: Terms) -> Judgement:
    if isinstance(posture, FunctionPosture) and posture.unseen is not None:
        return Judgement(check=check, posture=posture, outcome=Outcome.UNSEEN, gap=posture.unseen)
    try:
        verdict = check.evaluate(posture, terms)
    except NotSeen as unseen:
        return Judgement(check=check, posture=posture, outcome=Outcome.UNSEEN, gap=unseen.gap)
    except Exception as error:  # noqa: BLE001 - a fault in one check must not silence the others; it is told, not hidden
        why = f"check {check.id} could not judge this ({type(error).__name__}); please report it"
        return Judgement(check=check, posture=posture, outcome=Outcome.FAULT, why=why)
    match verdict:
        case Violation():
            return Judgement(check=check, posture=posture, outcome=Outcome.VIOLATED, violation=verdict)
        case Spared(why):
            return Judgement(check=check, posture=posture, outcome=Outcome.SPARED, why=why)
        case _:
            return Judgement(check=check, posture=posture, outcome=Outcome.CLEAN)


def _spared(check: Check[Any], posture: Posture) -> Judgement | None:
    """Leave to a secret's owner what its owner does, and to a primary what its replicas follow."""
    if not isinstance(posture, SecretPosture):
        return None
    whys = (
        (posture.owning_service and not check.of_managed, f"{posture.owning_service} manages it"),
        (posture.is_replica and not check.of_replicas, f"it follows its primary in {posture.primary_region}"),
        (
            isinstance(posture.foreign_primary, str) and check.practice is Practice.ROTATION,
            "its values are those of its primary in another account, which rotates them",
        ),
        (posture.deleted_at and not check.of_deleted, "it waits to be deleted"),
    )
    why = next((said for applies, said in whys if applies), None)
    return None if why is None else Judgement(check=check, posture=posture, outcome=Outcome.SPARED, why=why)
