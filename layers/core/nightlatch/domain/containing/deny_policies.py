"""The inline policies that stop a principal: what each denies, and how ours is told from another of the same name.

    nightlatch-revoke-sessions   everything, for sessions that began before a moment
    nightlatch-deny-secrets      Secrets Manager, and KMS on its way, from now on

A policy of the same name that says anything else is somebody else's and is never touched: what we would overwrite,
nobody could put back.

Source: IAM user guide, revoking role sessions (`aws:TokenIssueTime` is there only with temporary credentials, and the
console looks some 30 s ahead, for a policy needs its time to reach every Region); Secrets Manager user guide,
security-encryption (Decrypt and GenerateDataKey with `kms:ViaService`). In Regions of China that value ends in another
domain, so the pattern leaves the domain open.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

SESSIONS_POLICY = "nightlatch-revoke-sessions"
SECRETS_POLICY = "nightlatch-deny-secrets"
AHEAD = timedelta(seconds=30)  # as the console does: a session that began while the policy travelled is revoked, too

_ISSUED = "aws:TokenIssueTime"
_FORM = "%Y-%m-%dT%H:%M:%SZ"


def revocation(before: datetime) -> str:
    """Write the policy that denies everything to sessions that began before a moment."""
    return _written(
        {
            "Sid": "NightlatchRevokesOlderSessions",
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {"DateLessThan": {_ISSUED: before.astimezone(UTC).strftime(_FORM)}},
        }
    )


def denial() -> str:
    """Write the policy that denies secrets and the keys on their way, and nothing else."""
    return _written(
        {"Sid": "NightlatchDeniesSecrets", "Effect": "Deny", "Action": "secretsmanager:*", "Resource": "*"},
        {
            "Sid": "NightlatchDeniesTheirKeys",
            "Effect": "Deny",
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Resource": "*",
            "Condition": {"StringLike": {"kms:ViaService": "secretsmanager.*"}},
        },
    )


def revoked_before(document: str) -> datetime | None:
    """Give the moment of a revocation of ours; None for any other policy."""
    try:
        text = json.loads(document)["Statement"][0]["Condition"]["DateLessThan"][_ISSUED]
        moment = datetime.strptime(text, _FORM).replace(tzinfo=UTC)
    except (KeyError, IndexError, TypeError, ValueError):
        return None
    return moment if _is_same(document, revocation(moment)) else None


def is_denial(document: str) -> bool:
    """Tell whether a policy is our narrow denial and nothing else."""
    return _is_same(document, denial())


def is_ours(name: str, document: str) -> bool:
    """Tell whether a policy of one of our names says what ours says."""
    if name == SESSIONS_POLICY:
        return revoked_before(document) is not None
    return name == SECRETS_POLICY and is_denial(document)


def _written(*statements: Mapping[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, separators=(",", ":"))


def _is_same(one: str, other: str) -> bool:
    try:
        return bool(json.loads(one) == json.loads(other))
    except ValueError:
        return False
