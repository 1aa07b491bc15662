"""What checks of trails and endpoints say in the same words: of which one, with what evidence, and for which command.

A check names the flaw; where it stands, in which order it is told, and what fills the command is one for all.
"""

from __future__ import annotations

from collections.abc import Callable

from nightlatch.domain.posture.accounts import AccountPosture, EndpointPosture, TrailPosture
from nightlatch.domain.posture.checks import Spared, Verdict, Violation
from nightlatch.domain.posture.listing import counted, first_of
from nightlatch.domain.posture.unseen import seen


def unrecorded(
    account: AccountPosture,
    what: str,
    keeps: Callable[[TrailPosture], bool],
    said: Callable[[TrailPosture], str] = lambda trail: f"{trail.name} leaves them out",
) -> Verdict:
    """Fire where trails are logging and none of them keeps something.

    Args:
        account: With its trails.
        what: Is missed, as the reason says it: `no trail here records reads of secrets`.
        keeps: Tells whether a trail that is logging keeps it.
        said: Tells what a trail lacks, with its name.

    Raises:
        NotSeen: Nobody could look at the trails.
    """
    logging = [one for one in seen(account.trails) if one.is_logging]
    if not logging:
        return Spared("no trail is logging, which is told by itself")
    if any(keeps(one) for one in logging):
        return None
    first = min(logging, key=lambda one: one.arn)
    return Violation(reason=what, evidence=first_of(sorted(map(said, logging))), values=_of_trail(first))


def lacking(account: AccountPosture, what: str, has: Callable[[TrailPosture], bool]) -> Verdict:
    """Fire for trails of this account that lack something.

    Args:
        account: With its trails.
        what: They lack, behind their number: `whose files carry no digest`.
        has: Tells whether a trail has it.

    Raises:
        NotSeen: Nobody could look at the trails.
    """
    trails = account.own_trails()
    if not trails:
        return Spared("no trail here is this account's own")
    without = sorted((one for one in trails if not has(one)), key=lambda one: one.arn)
    if not without:
        return None
    return Violation(
        reason=f"{counted(len(without), 'trail')} {what}",
        evidence=first_of([one.arn for one in without]),
        values=_of_trail(without[0]),
    )


def endpoints_that(
    account: AccountPosture, what: str, is_flawed: Callable[[EndpointPosture], bool], verb: tuple[str, str] = ("", "")
) -> Verdict:
    """Fire for endpoints with a flaw; a VPC without one has none.

    Args:
        account: With its endpoints.
        what: Is wrong, behind their number: `without private DNS`.
        is_flawed: Tells whether an endpoint is.
        verb: Stands before it, of one endpoint and of several: `("lets", "let")`.

    Raises:
        NotSeen: Nobody could look at the endpoints.
    """
    found = sorted((one.endpoint, one.vpc) for one in seen(account.endpoints) if one.endpoint and is_flawed(one))
    if not found:
        return None
    which = counted(len(found), f"endpoint {verb[0]}".rstrip(), f"endpoints {verb[1]}".rstrip())
    return Violation(
        reason=f"{which} {what}",
        evidence=first_of([f"{endpoint} in {vpc}" for endpoint, vpc in found]),
        values=(("endpoint", found[0][0]),),
    )


def _of_trail(trail: TrailPosture) -> tuple[tuple[str, str], ...]:
    """Fill the command: a trail is changed where it was made, and nowhere else."""
    return ("trail", trail.arn), ("home", trail.home)
