"""Runs the verbs about what is kept: `snapshots list`, `show` and `verify`, and `diff`. None of them reads a value."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime

from nightlatch.cli.looks import snapshot_output as out
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.forms import Form
from nightlatch.cli.speech.terminal import progress, say
from nightlatch.domain.errors import NightlatchError, NotFound, Refused
from nightlatch.domain.secret.copies import Copy
from nightlatch.domain.secret.metadata import MetadataSnapshot
from nightlatch.reach.connection import Connection
from nightlatch.reach.kept import what_is_kept
from nightlatch.reach.where import Where, connect
from nightlatch.service.comparing import chosen, compare
from nightlatch.service.drill import SAMPLE

PATIENCE_S = 60
_LOOK_EVERY_S = 0.5
_LATEST = "latest"
_SHORTEST = 4  # characters of an id that may stand for it


def list_all(secret: str, where: Where, output: Form) -> ExitCode:
    """List what is kept of a secret.

    Raises:
        NotFound: No stage or stack, or nothing is known of such a secret.
        Unavailable: AWS could not be asked.
    """
    connection = connect(where)
    kept = what_is_kept(connection.secret(secret), connection)
    out.write_list(kept, connection.proofs.of([one.id for one in kept.copies]), output)
    if kept.state is None:
        say("the secret does not exist (any more); this is what is kept of it")
    return ExitCode.CLEAN


def show(secret: str, snapshot: str, where: Where, output: Form) -> ExitCode:
    """Show a metadata snapshot, or what is known of a copy.

    Raises:
        NotFound: No stage or stack, or no such snapshot.
        Refused: The id means several snapshots.
        Unavailable: AWS could not be asked.
    """
    connection = connect(where)
    if snapshot.startswith("c-"):
        copy = connection.copies.get(snapshot)
        out.write_copy(copy, connection.proofs.of([copy.id]).get(copy.id), output)
        return ExitCode.CLEAN
    kept = what_is_kept(connection.secret(secret), connection).snapshots
    place = _place(snapshot, kept)
    earlier = kept[place + 1] if place + 1 < len(kept) else None
    out.write_snapshot(kept[place], earlier, output)
    return ExitCode.CLEAN


def diff(secret: str, where: Where, output: Form, *, away_from: str | None, to: str | None) -> ExitCode:
    """Tell what differs between two versions.

    Raises:
        NotFound: No stage or stack, or nothing is known of such a secret.
        Refused: A name means no version, or several, or there is only one.
        Unavailable: AWS could not be asked.
    """
    connection = connect(where)
    kept = what_is_kept(connection.secret(secret), connection)
    before, after = chosen(kept.state, kept.copies, away_from=away_from, to=to)
    out.write_diff(compare(before, after, kept.copies), output)
    return ExitCode.CLEAN


def verify(secret: str | None, where: Where, output: Form, *, last: bool) -> ExitCode:
    """Have copies opened, and tell which are as they were put in.

    Raises:
        NotFound: No stage or stack, or the vault holds no copy of this.
        Refused: The stack has no vault.
        NightlatchError: The responder did not answer in time.
        Unavailable: AWS could not be asked.
    """
    connection = connect(where)
    if connection.settings.vault == "no":
        raise Refused("this stack has no vault; name secrets in its parameter VaultSecrets first")
    copies = connection.copies.of(connection.secret(secret)) if secret else tuple(connection.copies.all())
    if not copies:
        raise NotFound(
            f"the vault holds no copy{f' of {secret}' if secret else ''} (yet); is it opted in by the policy?"
        )
    if not last:
        _drill(connection, copies, by_secret=secret is not None)
    proofs = connection.proofs.of([one.id for one in copies])
    out.write_proofs(copies, proofs, connection.proofs.last_drill(), output)
    return ExitCode.CLEAN if all(proof.held for proof in proofs.values()) else ExitCode.ERROR


def _drill(connection: Connection, copies: Sequence[Copy], *, by_secret: bool) -> None:
    """Ask for a drill of each secret that is meant, and wait until its proofs are there."""
    asked_at = connection.now()
    arns = dict.fromkeys(one.secret_arn for one in copies) if by_secret else [None]
    wanted = sum(min(SAMPLE, sum(one.secret_arn == arn or arn is None for one in copies)) for arn in arns)
    for arn in arns:
        connection.drills.ask(arn, asked_at)
    end = time.monotonic() + PATIENCE_S
    with progress() as doing:
        while time.monotonic() < end:
            proven = _proven_since(connection, copies, asked_at)
            doing(f"opened {proven} of {wanted}")
            if proven >= wanted:
                return
            time.sleep(_LOOK_EVERY_S)
    raise NightlatchError(f"the drill is not over after {PATIENCE_S} s; see the responder's log, then try --last")


def _proven_since(connection: Connection, copies: Sequence[Copy], since: datetime) -> int:
    return sum(proof.at >= since for proof in connection.proofs.of([one.id for one in copies]).values())


def _place(name: str, kept: Sequence[MetadataSnapshot]) -> int:
    """Find a snapshot by the beginning of its digest; of a state that came back it is the last time."""
    if name == _LATEST and kept:
        return 0
    found = {one.digest: place for place, one in reversed(tuple(enumerate(kept))) if one.digest.startswith(name)}
    if len(name) >= _SHORTEST and len(found) == 1:
        return next(iter(found.values()))
    if found:
        raise Refused(f"{name} means several snapshots; write more of the id")
    raise NotFound(f"there is no metadata snapshot {name} of this secret; see nightlatch snapshots list")
