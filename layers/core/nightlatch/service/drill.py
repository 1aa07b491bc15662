"""The restore drill: opens some copies of the vault, and holds what comes out against the fingerprints of what went in.

A backup that nobody has opened is a hope. A few copies are opened each week, those first that were never proven or not
for longest, so that all get their turn; somebody may also ask for one secret now. No value leaves the vault's adapter.

Source: ruling 12 (the drill runs in the responder, for it alone may open a copy).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from nightlatch.domain.errors import NotFound, Refused
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.secret.copies import Copy, Proof, sample
from nightlatch.service.snapshot_ports import Copies, Proofs, VaultOut

SAMPLE = 25  # copies in one drill


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillPorts:
    """What a drill needs; no vault where the stack was given none."""

    copies: Copies
    proofs: Proofs
    vault: VaultOut | None


def drill(secret: SecretRef | None, *, ports: DrillPorts, now: datetime) -> tuple[Proof, ...]:
    """Open a sample of copies, or those of one secret, and remember which held.

    Raises:
        Refused: The stack has no vault.
        Unavailable: AWS could not be asked; nothing is remembered, and the drill may be tried again.
    """
    if ports.vault is None:
        raise Refused("this stack has no vault; name secrets in its parameter VaultSecrets first")
    candidates = ports.copies.of(secret) if secret is not None else tuple(ports.copies.all())
    chosen = sample(candidates, ports.proofs.of([one.id for one in candidates]), most=SAMPLE)
    found = tuple(_proof(one, ports.vault, now) for one in chosen)
    ports.proofs.record(found, now)
    return found


def _proof(one: Copy, vault: VaultOut, now: datetime) -> Proof:
    try:
        why = "" if vault.shape(one) == one.shape else "its fingerprints are not those of what was put in"
    except (NotFound, Refused) as error:
        why = str(error)
    return Proof(copy_id=one.id, secret_name=one.secret_name, at=now, held=not why, why=why)


def failures(proofs: Sequence[Proof]) -> tuple[Proof, ...]:
    """Give those that did not hold."""
    return tuple(one for one in proofs if not one.held)
