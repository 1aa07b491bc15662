"""What an audit says beside its checks: lists that it was refused, secrets that vanished, mutes that have expired.

Each is a finding like any other, for what is said only in a log is said to nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from nightlatch.domain.event.secrets import secret_ref
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.accounts import AccountPosture
from nightlatch.domain.posture.findings import FAULT, UNSEEN, FindingKind, Mute, PostureFinding
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.redacting import shown_arn
from nightlatch.domain.posture.reports import Run
from nightlatch.domain.posture.terms import Terms

VANISHED, MUTE_EXPIRED = "audit.vanished", "audit.mute-expired"
BESIDE_CHECKS = (f"{UNSEEN}.", f"{FAULT}.", VANISHED, MUTE_EXPIRED)  # what stands where a check's id would
_PRACTICES = {"secretsmanager": Practice.MONITORING, "lambda": Practice.LAMBDA}


def list_refused(run: Run, action: str, why: str) -> PostureFinding:
    """Say that a whole list could not be had."""
    return replace(
        _about_account(run, f"{UNSEEN}.{action}", why),
        practice=_PRACTICES.get(action.partition(":")[0], Practice.MONITORING),
        kind=FindingKind.UNSEEN,
        severity=Severity.MEDIUM,
        title="Could not list",
        remedy="Let whoever audits make this call. What was found earlier and could not be judged again stays open.",
    )


def list_without_end(run: Run, action: str, why: str) -> PostureFinding:
    """Say that a list was not read to its end, for AWS's pages come to none."""
    return replace(
        list_refused(run, action, why),
        title="Could not list to the end",
        remedy="Audit again later, and report it if it comes back. What could not be judged again stays open.",
    )


def too_many_rotators(run: Run, noted: int) -> PostureFinding:
    """Say that not every rotation function was looked at closely."""
    why = f"secrets name more functions for rotation than an audit can note; {noted:,} were noted"
    return replace(
        _about_account(run, f"{UNSEEN}.rotation-functions", why),
        practice=Practice.LOGGING,
        kind=FindingKind.UNSEEN,
        title="Could not look",
        remedy="The others were not looked at closely. Please report it, with their number alone.",
    )


def vanished(run: Run, arn: str) -> PostureFinding:
    """Say that a secret was listed, and gone when it was looked at."""
    return replace(
        _about_account(run, VANISHED, "it was listed, and gone when the audit came to look at it"),
        practice=Practice.MONITORING,
        kind=FindingKind.UNSEEN,
        subject=shown_arn(arn),
        name=secret_ref(shown_arn(arn), account_id=run.account_id, region=run.region, by_aws=True).name,
        title="It vanished during the audit",
        remedy="Nothing, if it was meant to go. Else ask nightlatch who deleted it, and bring it back.",
    )


def expired_mutes(run: Run, mutes: Iterable[Mute], terms: Terms) -> Iterator[PostureFinding]:
    """Say which mutes no longer hold, in one finding: what they kept quiet is told again."""
    expired = [one for one in mutes if one.expires <= terms.now]
    if expired:
        count = "1 mute has" if len(expired) == 1 else f"{len(expired)} mutes have"
        yield replace(
            _about_account(run, MUTE_EXPIRED, f"{count} expired; what was muted is told again"),
            title="A mute has expired",
            remedy="Take it out of the policy, or give it a new end if its reason still holds.",
            evidence=tuple(_in_words(one) for one in expired),
        )


def _in_words(mute: Mute) -> str:
    return f"{', '.join(mute.checks)} on {', '.join(mute.names)} until {mute.expires:%Y-%m-%d} ({mute.owner})"


def _about_account(run: Run, check: str, reason: str) -> PostureFinding:
    account = AccountPosture(account_id=run.account_id, region=run.region)
    return PostureFinding(
        check=check,
        practice=Practice.PILLAR,
        kind=FindingKind.VIOLATION,
        severity=Severity.LOW,
        subject=account.arn,
        name=account.name,
        account_id=run.account_id,
        region=run.region,
        title="",
        reason=reason,
        remedy="",
        seen_at=run.begun_at,
    )
