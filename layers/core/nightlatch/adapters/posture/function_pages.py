"""Looks at the functions of an account, a page at a time; those that rotate secrets more closely, and those gone.

    list (AWS's pages of fifty) ──> rotators that no page held, fifty at a time ──> end

Whether a rotation function is gone is known only at the end of the list. Who goes on with an audit that somebody else
began has not seen the pages before, so each function that this process did not see is asked for.

Source: botocore 1.44 service model of Lambda: ListFunctions (fifty a page, without versions), GetFunctionConfiguration.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from nightlatch.adapters.posture.log_groups import LogGroups
from nightlatch.adapters.posture.questions import Questions, refused_as
from nightlatch.adapters.posture.variables import judged_variables
from nightlatch.domain.errors import NotFound, Refused, WorldMoved
from nightlatch.domain.event.resources import unqualified
from nightlatch.domain.posture.functions import FunctionPosture
from nightlatch.domain.posture.unseen import Gap
from nightlatch.service.audit_ports import FunctionPage

LIST = "lambda:ListFunctions"
_GET = "lambda:GetFunctionConfiguration"
_PAGE = 50
_LISTED, _MISSED = "list:", "missed:"
_ARN_PARTS = 7
Rotators = Mapping[str, tuple[str, ...]]


class FunctionPages:
    """Functions as AWS has them.

    Args:
        questions: Asks AWS.
        log_groups: Looks where a rotation function's lines go.
        account_id: Whose functions they are.
        region: Where they are.
    """

    def __init__(self, questions: Questions, log_groups: LogGroups, *, account_id: str, region: str) -> None:
        self._questions = questions
        self._log_groups = log_groups
        self._place = [region, account_id]
        self._seen: set[str] = set()  # rotation functions that were listed
        self.vpcs: dict[str, list[str]] | None = None  # of rotation functions; None: the list was not read whole
        self.unplaced: Gap | None = None  # of a rotation function that could not be looked at

    def page(self, token: str | None, rotators: Rotators) -> FunctionPage:
        """Look at the functions of a page.

        Raises:
            Refused: The list is refused.
            WorldMoved: The list can no longer be gone on with from there.
            Unavailable: AWS could not be asked.
        """
        by_function = _by_function(rotators)
        if token is not None and token.startswith(_MISSED):
            return self._missed(int(token.removeprefix(_MISSED)), by_function)
        return self._listed(token, by_function)

    def _listed(self, token: str | None, rotators: Rotators) -> FunctionPage:
        if token is None:
            self._seen, self.vpcs, self.unplaced = set(), {}, None
        marker = {"Marker": token.removeprefix(_LISTED)} if token else {}
        try:
            answer = self._questions.ask(LIST, MaxItems=_PAGE, **marker)
        except Refused as error:
            if marker and refused_as(error) == "InvalidParameterValueException":
                raise WorldMoved("AWS no longer knows this place in its list; begin anew") from error
            raise
        functions = tuple(self._looked(one, rotators) for one in answer.get("Functions", ()))
        after = answer.get("NextMarker")
        if after:
            return FunctionPage(functions=functions, token=f"{_LISTED}{after}")
        return FunctionPage(functions=functions, token=f"{_MISSED}0" if {*rotators} - self._seen else None)

    def _looked(self, function: Mapping[str, Any], rotators: Rotators) -> FunctionPosture:
        posture = _posture(function, rotators)
        if not posture.is_rotator:
            return posture
        self._seen.add(posture.arn)
        if self.vpcs is not None and posture.vpc:
            self.vpcs.setdefault(posture.vpc, []).append(posture.name)
        return replace(posture, log_group=self._log_groups.of(function))

    def _missed(self, start: int, rotators: Rotators) -> FunctionPage:
        """Look for rotation functions that no page held."""
        ordered = sorted(rotators)
        some = [arn for arn in ordered[start : start + _PAGE] if arn not in self._seen]
        after = start + _PAGE
        return FunctionPage(
            functions=tuple(one for arn in some for one in self._sought(arn, rotators[arn])),
            token=f"{_MISSED}{after}" if after < len(ordered) else None,
        )

    def _sought(self, arn: str, names: tuple[str, ...]) -> Iterator[FunctionPosture]:
        parts = arn.split(":")
        if len(parts) != _ARN_PARTS or parts[3:5] != self._place:
            why = "it is in another account or Region; run the audit there, too"
            yield _bare(arn, names, self._place, unseen=Gap(_GET, why))
            return
        try:
            answer = self._questions.answer(_GET, FunctionName=arn)
        except NotFound:
            yield _bare(arn, names, self._place, is_gone=True)
            return
        if isinstance(answer, Gap):
            self.unplaced = answer
            yield _bare(arn, names, self._place, unseen=answer)
        elif self.vpcs is not None:  # else it stood on a page that was looked at before
            yield self._looked(answer, {arn: names})


def _by_function(rotators: Rotators) -> dict[str, tuple[str, ...]]:
    """Name the secrets by function, whichever version or alias they name."""
    found: dict[str, dict[str, None]] = {}
    for arn, names in rotators.items():
        found.setdefault(unqualified(arn), {}).update(dict.fromkeys(names))
    return {arn: tuple(names) for arn, names in found.items()}


def _posture(function: Mapping[str, Any], rotators: Rotators) -> FunctionPosture:
    arn = unqualified(str(function["FunctionArn"]))
    region, account_id = arn.split(":")[3:5]
    return FunctionPosture(
        arn=arn,
        name=str(function["FunctionName"]),
        account_id=account_id,
        region=region,
        rotates=rotators.get(arn, ()),
        role=function.get("Role") or None,
        runtime=function.get("Runtime") or None,
        changed_at=_moment(function.get("LastModified")),
        vpc=(function.get("VpcConfig") or {}).get("VpcId") or None,
        variables=judged_variables(function),
    )


def _bare(
    arn: str, names: tuple[str, ...], place: list[str], *, is_gone: bool = False, unseen: Gap | None = None
) -> FunctionPosture:
    """Name a function of which no more is known than what secrets say."""
    parts = arn.split(":")
    region, account_id = parts[3:5] if len(parts) == _ARN_PARTS else place
    return FunctionPosture(
        arn=arn,
        name=parts[-1],
        account_id=account_id,
        region=region,
        rotates=names,
        is_gone=is_gone,
        unseen=unseen,
    )


def _moment(text: str | None) -> datetime | None:
    """Read a moment as Lambda writes it, such as `2026-03-02T09:00:00.000+0000`."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC) if text else None
    except ValueError:
        return None
