"""Looks at one page of an audit and judges it: secrets, functions, and at the end what is one for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from nightlatch.checks import CHECKS
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.errors import Refused, WorldMoved
from nightlatch.domain.event.resources import unqualified
from nightlatch.domain.posture.checks import Check, Judgement, Outcome, Posture, judge
from nightlatch.domain.posture.findings import FindingKind, Mute, PostureFinding, finding_id, findings_of
from nightlatch.domain.posture.remarks import expired_mutes, list_refused, list_without_end, too_many_rotators, vanished
from nightlatch.domain.posture.reports import Run, Stage
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.terms import Limits, Terms
from nightlatch.domain.posture.unseen import Gap
from nightlatch.service.audit_ports import AuditPorts

MOST_ROTATORS = 2_000  # functions that are looked at closely; a run that names more does not fit where it is kept
MOST_ROTATOR_CHARACTERS = 300_000  # of their ARNs and of the secrets that name them, for the same reason
NAMED_PER_ROTATOR = 3  # secrets
MOST_PAGES = 20_000  # of one audit: AWS lets an account have 500,000 secrets in a Region, a hundred on a page
_LISTS = {Stage.SECRETS: "secretsmanager:ListSecrets", Stage.FUNCTIONS: "lambda:ListFunctions"}
_HIDES = {
    Stage.SECRETS: "without the list of secrets nobody knows which functions rotate them",
    Stage.FUNCTIONS: "without the list of functions nobody knows in which VPCs secrets are rotated",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Yardstick:
    """What postures are judged by."""

    checks: Sequence[Check[Any]] = CHECKS
    limits: Limits = field(default_factory=Limits)
    inventory: Inventory = field(default_factory=Inventory)
    mutes: tuple[Mute, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """What is kept of a page: the run with it, what was found, what might have been, and what nobody asked about."""

    run: Run
    findings: tuple[PostureFinding, ...] = ()
    doubtful: tuple[str, ...] = ()
    spared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Judged:
    """What came of some postures."""

    judgements: tuple[Judgement, ...]
    findings: tuple[PostureFinding, ...]  # each about its posture
    once: tuple[PostureFinding, ...]  # about the whole account

    def ids(self, *outcomes: Outcome) -> tuple[str, ...]:
        """Give the ids that findings would have where judging came to this."""
        return tuple(finding_id(one.check.id, one.posture.arn) for one in self.judgements if one.outcome in outcomes)


class Look:
    """Looks at one page after another."""

    def __init__(self, ports: AuditPorts, by: Yardstick, run: Run) -> None:
        self._premises = ports.premises
        self._by = by
        self._calls_before = run.calls
        self._begun_at: set[tuple[Stage, str | None]] = set()  # places in AWS's lists from which a page was read

    def at(self, run: Run) -> Page:
        """Look at the page that comes next, and judge it.

        Raises:
            WorldMoved: The list can no longer be gone on with.
            Unavailable: AWS could not be asked.
        """
        if run.stage is Stage.ACCOUNT:
            return self._at_account(run)
        endless = self._endless(run)
        if endless is not None:
            return self._left(run, list_without_end(run, _LISTS[run.stage], endless))
        try:
            return self._at_secrets(run) if run.stage is Stage.SECRETS else self._at_functions(run)
        except WorldMoved:
            raise
        except Refused as refusal:
            return self._left(run, list_refused(run, _LISTS[run.stage], str(refusal)))

    def _endless(self, run: Run) -> str | None:
        """Say why a list is not gone on with; None where it is."""
        if run.pages >= MOST_PAGES:
            return f"it has more pages than the {MOST_PAGES:,} that an audit reads"
        if not run.pages:
            self._begun_at.clear()  # it begins anew
        place = (run.stage, run.token)
        if place in self._begun_at:
            return "AWS's list goes round: it names a place that was read before"
        self._begun_at.add(place)
        return None

    def _at_secrets(self, run: Run) -> Page:
        page = self._premises.secrets(run.token)
        judged = self._judged(run, page.secrets)
        rotators, left = _rotators(run, page.secrets)
        remarks = [vanished(run, arn) for arn in page.vanished]
        once = (*judged.once, *([too_many_rotators(run, len(rotators))] if left else []))
        return self._page(
            run,
            replace(judged, once=once),
            remarks,
            stage=Stage.SECRETS if page.token else Stage.FUNCTIONS,
            token=page.token,
            secrets=run.secrets + len(page.secrets),
            rotators=rotators,
            left_out=page.left_out,
        )

    def _at_functions(self, run: Run) -> Page:
        page = self._premises.functions(run.token, dict(run.rotators))
        hidden = _hidden(run, Stage.SECRETS)
        return self._page(
            run,
            self._judged(run, [replace(one, rotates_unseen=hidden) for one in page.functions]),
            stage=Stage.FUNCTIONS if page.token else Stage.ACCOUNT,
            token=page.token,
            functions=run.functions + len(page.functions),
        )

    def _at_account(self, run: Run) -> Page:
        found = self._premises.account(run.secrets)
        hidden = _hidden(run, Stage.SECRETS) or _hidden(run, Stage.FUNCTIONS) or found.unplaced
        judged = self._judged(run, [replace(found, unplaced=hidden)])
        whole = _joined((*run.once, *judged.once, *judged.findings))
        remarks = [*whole, *expired_mutes(run, self._by.mutes, self._terms(run))]
        return self._page(run, replace(judged, findings=(), once=()), remarks, stage=Stage.DONE, token=None, once=())

    def _left(self, run: Run, remark: PostureFinding) -> Page:
        """Leave a stage whose list could not be had, or not to its end; the others go on."""
        following = Stage.FUNCTIONS if run.stage is Stage.SECRETS else Stage.ACCOUNT
        unlisted = (*run.unlisted, run.stage)  # said at the end, with every check that could not judge for it
        return self._page(run, _Judged((), (), (remark,)), stage=following, token=None, unlisted=unlisted)

    def _page(
        self,
        run: Run,
        judged: _Judged,
        remarks: Sequence[PostureFinding] = (),
        *,
        left_out: Sequence[str] = (),
        **further: object,
    ) -> Page:
        findings = (*judged.findings, *(self._muted(one, run) for one in remarks))
        gaps = sum(one.kind is FindingKind.UNSEEN for one in findings)
        further.setdefault("once", _joined((*run.once, *judged.once)))
        calls = self._calls_before + self._premises.calls
        asked = run.with_asked([check.id for check in self._by.checks])
        told = asked.with_page(judged.judgements, calls=calls, gaps=run.gaps + gaps, **further)
        doubtful = (*judged.ids(Outcome.UNSEEN, Outcome.FAULT), *self._not_asked(left_out))
        return Page(told, findings, doubtful, judged.ids(Outcome.SPARED))

    def _not_asked(self, secrets: Sequence[str]) -> Iterator[str]:
        """Give the ids of all that could have been found of secrets that were left out."""
        checks = [check.id for check in self._by.checks if check.about is SecretPosture]
        return (finding_id(check, arn) for arn in secrets for check in checks)

    def _judged(self, run: Run, postures: Sequence[Posture]) -> _Judged:
        terms = self._terms(run)
        judgements: list[Judgement] = []
        own: list[PostureFinding] = []
        once: list[PostureFinding] = []
        for posture in postures:
            of_one = list(judge(posture, self._by.checks, terms))
            judgements += of_one
            for finding in findings_of(of_one, terms, self._by.mutes):
                is_own = finding.subject == posture.arn
                (own if is_own else once).append(finding)
        return _Judged(tuple(judgements), tuple(own), _joined(once))

    def _terms(self, run: Run) -> Terms:
        return Terms(now=run.begun_at, limits=self._by.limits, inventory=self._by.inventory)

    def _muted(self, finding: PostureFinding, run: Run) -> PostureFinding:
        mutes = self._by.mutes
        mute = next((one for one in mutes if one.covers(finding.check, finding.name, run.begun_at)), None)
        return finding if mute is None else replace(finding, muted=mute)


def _hidden(run: Run, stage: Stage) -> Gap | None:
    """Say what nobody can know for want of a list; None where it was had."""
    return Gap(_LISTS[stage], _HIDES[stage], is_once=True) if stage in run.unlisted else None


def _joined(findings: Iterable[PostureFinding]) -> tuple[PostureFinding, ...]:
    """Say once what is about the whole account, with all that could not be judged for it."""
    found: dict[str, PostureFinding] = {}
    for one in findings:
        known = found.get(one.id)
        evidence = one.evidence if known is None else tuple(sorted({*known.evidence, *one.evidence}))
        found[one.id] = replace(known or one, evidence=evidence)
    return tuple(found.values())


def _rotators(run: Run, secrets: Sequence[SecretPosture]) -> tuple[dict[str, tuple[str, ...]], bool]:
    """Note which functions rotate secrets, and whether there are more than can be noted."""
    found = dict(run.rotators)
    size = sum(len(arn) + sum(map(len, names)) for arn, names in found.items())
    is_left = False
    for one in secrets:
        if one.rotation.lambda_arn is None:
            continue
        function = unqualified(one.rotation.lambda_arn)
        named = found.get(function, ())
        more = len(one.name) + (0 if named else len(function))
        is_full = size + more > MOST_ROTATOR_CHARACTERS // (2 if named else 1)  # half of it is for functions alone
        if not named and (len(found) >= MOST_ROTATORS or is_full):
            is_left = True
        elif not is_full and len(named) < NAMED_PER_ROTATOR and one.name not in named:
            found[function] = (*named, one.name)
            size += more
    return found, is_left
