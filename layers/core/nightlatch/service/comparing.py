"""Tells what changed between two versions of a secret without their values: by the fingerprints of the vault's copies.

Only what is opted into the vault can be compared. For every other secret the answer says so, and how to opt in.

Source: ruling 12.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nightlatch.domain.errors import NothingToRestore, Refused
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.secret.copies import Copy, of_version
from nightlatch.domain.secret.fingerprints import Diff, diff
from nightlatch.domain.secret.version_names import version_meant
from nightlatch.domain.secret.versions import CURRENT, PREVIOUS, SecretState
from nightlatch.service.snapshot_ports import Copies

HOW_TO_OPT_IN = (
    "opt the secret in: name it in the stack's parameter VaultSecrets,"
    " and give it `snapshots: {vault: {}}` in the policy"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two versions held against each other; no diff where one of them is not in the vault."""

    away_from: str
    to: str
    diff: Diff | None = None
    why_not: str = ""

    @property
    def words(self) -> str:
        """Say it in one line."""
        return self.diff.words if self.diff is not None else self.why_not


def compare(away_from: str, to: str, copies: Sequence[Copy]) -> Comparison:
    """Hold two versions of one secret against each other."""
    before, after = of_version(copies, away_from), of_version(copies, to)
    if before is not None and after is not None and before.secret_arn == after.secret_arn:
        return Comparison(away_from=away_from, to=to, diff=diff(before.shape, after.shape))
    if before is not None and after is not None:
        why = (
            "cannot be compared: the secret was created again in between, and each ARN has its own key of fingerprints"
        )
    elif not copies:
        why = f"the value changed and cannot be compared, for no version is in the vault; {HOW_TO_OPT_IN}"
    else:
        missing = " and ".join(one for one, copy in ((away_from, before), (to, after)) if copy is None)
        why = f"cannot be compared: version {missing} is not in the vault, which keeps what was current since opting in"
    return Comparison(away_from=away_from, to=to, why_not=why)


def chosen(
    secret: SecretState | None, copies: Sequence[Copy], *, away_from: str | None, to: str | None
) -> tuple[str, str]:
    """Choose the versions to compare: those that are named, else the current one and the one before it.

    Args:
        secret: As described now; None where it is gone, and the vault alone knows of it.
        copies: The newest first.
        away_from: A version's id, the beginning of one, or a label.
        to: The same.

    Raises:
        Refused: A name means no version, or several.
        NothingToRestore: There is only one version.
    """
    after = _meant(to, secret, copies) if to else _holder(secret, CURRENT) or _first(copies)
    before = _meant(away_from, secret, copies) if away_from else _before(after, secret, copies)
    if after is None or before is None:
        raise NothingToRestore("there is only one version, and nothing to compare it with")
    return before, after


def change_words(secret: SecretRef, *, version_id: str | None, copies: Copies) -> str | None:
    """Say what a version changed against the one before it, for a message; None while the vault does not hold it.

    Args:
        secret: Whose value changed.
        version_id: The version that was written; the newest where nobody says.
        copies: What is known of the vault's copies.

    Raises:
        Unavailable: The table could not be asked.
    """
    known = copies.of(secret)
    after = of_version(known, version_id) if version_id else next(iter(known), None)
    if after is None:
        return None
    earlier = (one for one in known if one.secret_arn == after.secret_arn and one.taken_at < after.taken_at)
    before = next(earlier, None)
    return None if before is None else diff(before.shape, after.shape).words


def _before(after: str | None, secret: SecretState | None, copies: Sequence[Copy]) -> str | None:
    previous = _holder(secret, PREVIOUS)
    if previous is not None and previous != after:
        return previous
    return next((one.version_id for one in copies if one.version_id != after), None)


def _holder(secret: SecretState | None, label: str) -> str | None:
    found = secret.holder(label) if secret is not None else None
    return found.id if found is not None else None


def _first(copies: Sequence[Copy]) -> str | None:
    return copies[0].version_id if copies else None


def _meant(name: str, secret: SecretState | None, copies: Sequence[Copy]) -> str:
    found = version_meant(name, secret, (one.version_id for one in copies))
    if found is None:
        raise Refused(f"{name} means no version of this secret; nightlatch snapshots list shows what there is")
    return found
