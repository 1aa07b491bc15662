"""What acts on a secret share: it was looked at, and it is ours to act on."""

from __future__ import annotations

from nightlatch.domain.answering.acting import Call, Seen
from nightlatch.domain.answering.actions import Action
from nightlatch.domain.errors import NotFound, Refused
from nightlatch.domain.secret.versions import SecretState, why_not_ours


def secret_of(action: Action, seen: Seen) -> SecretState:
    """Give the secret that was looked at.

    Raises:
        NotFound: It is not there.
    """
    if seen.secret is None:
        raise NotFound(f"secret {action.name} does not exist in this account and Region")
    return seen.secret


def our_secret(action: Action, seen: Seen) -> SecretState:
    """Give the secret, where nightlatch may act on it.

    Raises:
        NotFound: It is not there.
        Refused: It is a replica, or another AWS service owns it.
    """
    secret = secret_of(action, seen)
    reason = why_not_ours(secret)
    if reason:
        raise Refused(reason)
    return secret


def move_label(secret: SecretState, label: str, *, to: str | None, away_from: str | None) -> Call:
    """Write the call that attaches, moves or removes a staging label; a move is a compare-and-set."""
    ends = {"MoveToVersionId": to, "RemoveFromVersionId": away_from}
    return Call(
        service="secretsmanager",
        operation="UpdateSecretVersionStage",
        parameters={
            "SecretId": secret.arn,
            "VersionStage": label,
            **{name: version for name, version in ends.items() if version is not None},
        },
        version_id=to or away_from,
    )
