"""What nightlatch does for secrets, by its own tables and the operator's policy.

Whether the guard stands is no matter of the tables: only the resource policy itself can tell, and whoever has read it
says so. Of most secrets the keeper's note tells everything, a hundred in one question; of those that are to be copied
their copies and proofs are asked for, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.posture.secrets import Protected
from nightlatch.domain.posture.unseen import NO_COPIES, Gap
from nightlatch.domain.secret.copies import Copy, Proof
from nightlatch.service.snapshot_ports import Copies, KeptStates, Proofs


class KeptProtections:
    """The port `Protections` on the snapshot table.

    Args:
        states: What the keeper last did.
        copies: What is known of the vault's copies.
        proofs: What the restore drills found.
        policy: The operator's choices.
    """

    def __init__(self, *, states: KeptStates, copies: Copies, proofs: Proofs, policy: Policy) -> None:
        self._states = states
        self._copies = copies
        self._proofs = proofs
        self._policy = policy

    def of(self, secrets: Sequence[SecretRef]) -> Mapping[SecretRef, Protected]:
        """Give it for some secrets, each named by an ARN that AWS wrote; `is_guarded` is for others to say.

        Raises:
            Unavailable: The table could not be asked.
        """
        kept = self._states.states([one.text for one in secrets])
        copies = {one: self._copies.of(one) for one in secrets if self._wants_copies(one)}
        proofs = self._proofs.of([copy.id for some in copies.values() for copy in some])
        return {
            one: Protected(
                is_guarded=False,
                wants_guard=self._policy.protection_of(one.name).is_guarded,
                metadata_kept_at=kept[one.text].looked_at if one.text in kept else None,
                wants_copies=self._wants_copies(one),
                copied_at=max((copy.taken_at for copy in copies.get(one, ())), default=None),
                copied=tuple(sorted(copy.version_id for copy in copies.get(one, ()))),
                proven_at=_proven_at(copies.get(one, ()), proofs),
            )
            for one in secrets
        }

    def restore_proven_at(self) -> datetime | Gap | None:
        """Say when a restore drill last opened everything that it tried; None: never, NO_COPIES: it has nothing to try.

        Raises:
            Unavailable: The table could not be asked.
        """
        return self._proofs.last_drill() if self._policy.keeps_copies else NO_COPIES

    def _wants_copies(self, secret: SecretRef) -> bool:
        return self._policy.protection_of(secret.name).vault_days > 0


def _proven_at(copies: Sequence[Copy], proofs: Mapping[str, Proof]) -> datetime | None:
    held = (proofs[copy.id] for copy in copies if copy.id in proofs and proofs[copy.id].held)
    return max((proof.at for proof in held), default=None)
