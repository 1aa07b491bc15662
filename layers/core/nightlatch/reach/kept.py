"""What is kept of a secret: its versions, the vault's copies and metadata snapshots, and whose each of them is.

A name may have belonged to several secrets. What nightlatch created again goes on as the same secret; any other of the
name is another, whose values need two people (ruling 9).
"""

from __future__ import annotations

from dataclasses import dataclass

from nightlatch.domain.errors import NotFound
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.secret.copies import Copy
from nightlatch.domain.secret.metadata import MetadataSnapshot
from nightlatch.domain.secret.versions import SecretState
from nightlatch.reach.connection import Connection
from nightlatch.service.earlier_lives import copies_of, snapshots_of

OWN = "this secret"
BEFORE = "what it was before"
ANOTHER = "another secret of its name"
GONE = "a secret that is gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """All that is kept of one secret; no state where it is gone."""

    state: SecretState | None
    copies: tuple[Copy, ...] = ()  # the newest first
    snapshots: tuple[MetadataSnapshot, ...] = ()  # the newest first
    earlier: tuple[str, ...] = ()  # ARNs that it had before

    def whose(self, arn: str) -> str:
        """Say in words which secret an ARN is."""
        if self.state is None:
            return GONE
        if arn == self.state.arn:
            return OWN
        return BEFORE if arn in self.earlier else ANOTHER


def what_is_kept(asked: SecretRef, connection: Connection) -> Kept:
    """Find all that is kept of a secret.

    Raises:
        NotFound: There is no such secret, and nothing is kept of one.
        Unavailable: AWS could not be asked.
    """
    state, missing = _described(asked, connection)
    earlier = connection.moves.earlier(state.arn) if state is not None else ()
    kept = Kept(
        state=state,
        copies=copies_of(asked, earlier, connection.copies),
        snapshots=snapshots_of(asked, earlier, connection.snapshots),
        earlier=earlier,
    )
    if missing is not None and not (kept.copies or kept.snapshots):
        raise missing
    return kept


def _described(asked: SecretRef, connection: Connection) -> tuple[SecretState | None, NotFound | None]:
    try:
        return connection.secrets.describe(asked), None
    except NotFound as missing:
        return None, missing
