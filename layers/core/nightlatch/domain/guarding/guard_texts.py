"""Puts a guard into the text of a resource policy and takes it out again, so that what others wrote stays as it was.

Our statements are added behind the last one, each written in one fixed way, and are cut out just there. So nothing has
to be remembered to give the former policy back byte for byte: the text itself says what is ours. What the cutting could
not see is marked by two blanks before the first of ours: that the Statement was one object and no list, or an empty
list. Without that mark, a policy of nothing but our statements was none before. Whoever writes the policy with other
blanks loses the mark, and what is given back then means the same.

Whether AWS gives a policy back with the blanks that it was put with, only a real account can tell; where it does not,
the text before was without them too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nightlatch.domain.aws_policies.policy_conditions import texts_of
from nightlatch.domain.aws_policies.policy_text import MOST_CHARACTERS, PolicyText, Written, read_policy
from nightlatch.domain.errors import Refused
from nightlatch.domain.guarding.guards import FORCED, NO_FORCE_DELETE, SIDS, Guard, Statement, is_way_out

_WAS_OBJECT = ",  "  # before the first of ours; no writer of JSON puts two blanks there
_WAS_EMPTY = "  "  # before the first of ours, where the list had no statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How the guard in a policy differs from what it shall be, by Sid."""

    missing: tuple[str, ...] = ()
    altered: tuple[str, ...] = ()  # another meaning under our Sid
    surplus: tuple[str, ...] = ()  # of ours and not wanted, or written twice

    def __bool__(self) -> bool:
        """Tell whether anything differs."""
        return bool(self.missing or self.altered or self.surplus)

    def __str__(self) -> str:
        """Say it in one line."""
        kinds = (("missing", self.missing), ("altered", self.altered), ("not wanted", self.surplus))
        return "; ".join(f"{kind}: {', '.join(sids)}" for kind, sids in kinds if sids) or "as it shall be"


def merge(text: str | None, guard: Guard) -> str:
    """Give the policy with the guard in it; the text itself where the guard stands there already.

    Raises:
        Refused: The text is no policy, or no room is left for the guard; nothing was changed.
    """
    if text is not None and not drift(text, guard):
        return text
    bare = remove(text) if text is not None else None
    ours = ",".join(_written(statement) for statement in guard.statements())
    merged = _alone(ours) if bare is None else _added(read_policy(bare), ours)
    if len(merged) > MOST_CHARACTERS:
        raise Refused(
            f"no room for the guard: the resource policy would have {len(merged)} characters, AWS takes "
            f"{MOST_CHARACTERS}; shorten it first"
        )
    return merged


def remove(text: str) -> str | None:
    """Give the policy without our statements, all else as it stands; None where nothing was there before the guard.

    Raises:
        Refused: The text is no policy.
    """
    policy = read_policy(text)
    ours = [statement for statement in policy.statements if is_ours(statement)]
    if not ours:
        return text
    if len(ours) < len(policy.statements):
        return _cut(policy)
    was_empty = policy.is_list and text[policy.start + 1 : ours[0].start] == _WAS_EMPTY
    return f"{text[: policy.start + 1]}{text[ours[-1].end :]}" if was_empty else None


def drift(text: str | None, guard: Guard) -> Drift:
    """Say which of our statements are missing, altered or too many.

    Raises:
        Refused: The text is no policy.
    """
    found = _ours(text)
    wanted = {str(statement["Sid"]): statement for statement in guard.statements()}
    sids = [str(each.sid) for each in found]
    same = {str(each.sid) for each in found if _same(each.statement, wanted.get(str(each.sid), {}))}
    return Drift(
        missing=tuple(sid for sid in wanted if sid not in sids),
        altered=tuple(sid for sid in wanted if sid in sids and sid not in same),
        surplus=tuple(sid for sid in SIDS if sids.count(sid) > (sid in wanted)),
    )


def loses_guard(now: str | None, then: str | None) -> bool:
    """Tell whether a guard that stands in a policy would not stand as it is in another.

    Raises:
        Refused: One of the texts is no policy.
    """
    stays = [each.statement for each in _ours(then)]
    return any(not any(_same(each.statement, other) for other in stays) for each in _ours(now))


def _ours(text: str | None) -> list[Written]:
    return [] if text is None else [each for each in read_policy(text).statements if is_ours(each)]


def stands_in(text: str | None) -> bool:
    """Tell whether a policy denies force deletes as a guard does, whomever it spares; a Sid alone denies nothing.

    A text that is no policy holds none.
    """
    try:
        return any(each.sid == NO_FORCE_DELETE and _denies_force(each.statement) for each in _ours(text))
    except Refused:
        return False


def _denies_force(statement: Statement) -> bool:
    condition = statement.get("Condition")
    sparing = condition.get("ArnNotLike") if isinstance(condition, Mapping) else None
    spared = texts_of(sparing.get("aws:PrincipalArn")) if isinstance(sparing, Mapping) else ()
    guard = Guard(account_id="", spared=spared)
    wanted = {**guard.statements()[0], "Condition": {**FORCED, "ArnNotLike": {"aws:PrincipalArn": list(spared)}}}
    return bool(spared) and all(map(is_way_out, spared)) and _same(statement, wanted)


def is_ours(statement: Written) -> bool:
    """Tell whether a statement is one of a guard's, by its Sid."""
    return statement.sid in SIDS


def _alone(ours: str) -> str:
    return f'{{"Version":"2012-10-17","Statement":[{ours}]}}'


def _added(policy: PolicyText, ours: str) -> str:
    text = policy.text
    if not policy.is_list:
        object_text = text[policy.start : policy.end]
        return f"{text[: policy.start]}[{object_text}{_WAS_OBJECT}{ours}]{text[policy.end :]}"
    if not policy.statements:
        return f"{text[: policy.start + 1]}{_WAS_EMPTY}{ours}{text[policy.start + 1 :]}"
    last = policy.statements[-1].end
    return f"{text[:last]},{ours}{text[last:]}"


def _cut(policy: PolicyText) -> str:
    pieces, at = [], 0
    for start, end in _places(policy.statements):
        pieces.append(policy.text[at:start])
        at = end
    bare = "".join((*pieces, policy.text[at:]))
    return _unwrapped(bare) if _was_object(policy) else bare


def _places(statements: tuple[Written, ...]) -> Iterator[tuple[int, int]]:
    """Give what to cut: each of ours with the comma before it, or the one behind it where nothing stays before."""
    stays = False
    for number, each in enumerate(statements):
        if not is_ours(each):
            stays = True
        elif stays:
            yield statements[number - 1].end, each.end
        elif number + 1 < len(statements):
            yield each.start, statements[number + 1].start
        else:
            yield each.start, each.end


def _was_object(policy: PolicyText) -> bool:
    """Tell whether we made a list of the one statement that there was."""
    others = [each for each in policy.statements if not is_ours(each)]
    first_of_ours = next(number for number, each in enumerate(policy.statements) if is_ours(each))
    if len(others) != 1 or first_of_ours != 1:
        return False
    return policy.text[policy.statements[0].end : policy.statements[1].start] == _WAS_OBJECT


def _unwrapped(text: str) -> str:
    policy = read_policy(text)
    only = policy.statements[0]
    return f"{text[: policy.start]}{text[only.start : only.end]}{text[policy.end :]}"


def _written(statement: Statement) -> str:
    return json.dumps(statement, separators=(",", ":"))


def _same(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    """Tell whether two statements mean the same: AWS may give a single text as a list, and lists in another order."""
    return _plain(one) == _plain(other)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        if set(value) == {"AWS"} and value["AWS"] in ("*", ["*"]):
            return "*"
        return {name: _plain(under) for name, under in value.items()}
    if isinstance(value, list):
        plain = sorted({str(each) for each in value})
        return plain[0] if len(plain) == 1 else plain
    return str(value).lower() if isinstance(value, bool) else str(value)
