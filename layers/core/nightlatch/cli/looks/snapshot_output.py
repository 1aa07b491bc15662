"""Writes what is kept of a secret, as tables for people and as JSON for programs.

Tables are shown to others and pasted into tickets, so they name the keys of tags and the length of a description;
only `--output json`, which somebody asks for by name, holds them in full. AWS itself encrypts neither.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from rich.console import Group
from rich.table import Table

from nightlatch.cli.looks.snapshot_fields import copy_fields, snapshot_head, time_text, version_fields
from nightlatch.cli.speech.forms import Form
from nightlatch.cli.speech.terminal import cell, plain
from nightlatch.cli.speech.writing import write
from nightlatch.domain.secret.copies import Copy, Proof, of_version
from nightlatch.domain.secret.metadata import MetadataSnapshot, SecretMetadata, changes
from nightlatch.domain.secret.versions import SecretState, Version
from nightlatch.reach.kept import ANOTHER, BEFORE, Kept
from nightlatch.service.comparing import Comparison

Proofs = Mapping[str, Proof]
_ID = 8  # characters of a digest that are shown


def write_list(kept: Kept, proofs: Proofs, output: Form) -> None:
    """Write versions, copies and metadata snapshots together, and whose they are."""
    versions = _ordered(kept.state) if kept.state is not None else []
    document = {
        "versions": [version_fields(version, kept.copies) for version in versions],
        "copies": [_owned(copy_fields(one, proofs.get(one.id)), one.secret_arn, kept) for one in kept.copies],
        "metadata": [_owned(snapshot_head(one), one.metadata.arn, kept) for one in kept.snapshots],
    }
    metadata = ("", _metadata(kept.snapshots)) if kept.snapshots else ()
    write(document, output, lambda: Group(_versions(versions, kept, proofs), *metadata))


def write_snapshot(snapshot: MetadataSnapshot, earlier: MetadataSnapshot | None, output: Form) -> None:
    """Write a metadata snapshot; description and values of tags in the forms for programs alone."""
    document = {**snapshot_head(snapshot), "metadata": asdict(snapshot.metadata)}
    write(document, output, lambda: _as_lines(snapshot, earlier))


def _as_lines(snapshot: MetadataSnapshot, earlier: MetadataSnapshot | None) -> str:
    lines = [f"{name:<12}{plain(text)}" for name, text in _metadata_lines(snapshot.metadata)]
    if earlier is not None:
        lines.extend(f"{'Changed':<12}{plain(change)}" for change in changes(earlier.metadata, snapshot.metadata))
    return "\n".join([*_taken(snapshot), *lines])


def write_copy(copy: Copy, proof: Proof | None, output: Form) -> None:
    """Write what is known of a copy."""
    fields = copy_fields(copy, proof)
    shown = (
        f"{name:<18}{plain(', '.join(text) if isinstance(text, list) else str(text))}" for name, text in fields.items()
    )
    write(fields, output, lambda: "\n".join(shown))


def write_proofs(copies: Sequence[Copy], proofs: Proofs, last: datetime | None, output: Form) -> None:
    """Write when each copy was last opened, and when a drill last found all of its sample whole."""
    found = [copy_fields(copy, proofs.get(copy.id)) for copy in copies]
    words = f"last proven restorable: {time_text(last) if last else 'never'}"
    document = {"last_proven_restorable": last and time_text(last), "copies": found}
    write(document, output, lambda: Group(_proofs(copies, proofs), words))


def _proofs(copies: Sequence[Copy], proofs: Proofs) -> Table:
    table = _table("SECRET", "VERSION", "COPY", "PROVEN (UTC)", "RESULT")
    for copy in copies:
        proof = proofs.get(copy.id)
        style = "" if proof is None or proof.held else "red"
        result = "never opened yet" if proof is None else proof.why or "as it was put in"
        table.add_row(
            cell(copy.secret_name), copy.version_id, copy.id, time_text(proof.at) if proof else "", cell(result, style)
        )
    return table


def write_diff(compared: Comparison, output: Form) -> None:
    """Write what differs between two versions."""
    head = {"from": compared.away_from, "to": compared.to, "compared": compared.diff is not None}
    document = {**head, **(asdict(compared.diff) if compared.diff else {}), "words": compared.words}
    write(document, output, lambda: f"from {compared.away_from}\nto   {compared.to}\n{plain(compared.words)}")


def _owned(fields: Mapping[str, object], arn: str, kept: Kept) -> Mapping[str, object]:
    return {**fields, "arn": arn, "of": kept.whose(arn)}


def _versions(versions: Sequence[Version], kept: Kept, proofs: Proofs) -> Table:
    table = _table("VERSION", "CREATED (UTC)", "LABELS", "KEPT BY", "IN THE VAULT")
    for version in versions:
        own = sorted(label for label in version.labels if label not in version.pins)
        copy = of_version(kept.copies, version.id)
        kept_by = ", ".join(version.pins) or ("its labels" if own else "nothing: AWS may remove it")
        created = time_text(version.created_at) if version.created_at else "unknown"
        table.add_row(cell(version.id), created, cell(", ".join(own)), cell(kept_by), _copied(copy, proofs))
    present = {version.id for version in versions}
    for copy in kept.copies:
        if copy.version_id not in present:
            whose = kept.whose(copy.secret_arn)
            of_whom = f", of {whose}" if whose in {BEFORE, ANOTHER} else ""
            table.add_row(copy.version_id, "", "", f"the vault alone{of_whom}", _copied(copy, proofs))
    return table


def _copied(copy: Copy | None, proofs: Proofs) -> str:
    if copy is None:
        return ""
    proof = proofs.get(copy.id)
    state = "not opened yet" if proof is None else f"proven {proof.at:%Y-%m-%d}" if proof.held else "NOT RESTORABLE"
    return f"{copy.id} until {copy.expires_at:%Y-%m-%d}, {state}"


def _metadata(snapshots: Sequence[MetadataSnapshot]) -> Table:
    table = _table("METADATA", "SEEN (UTC)", "AFTER EVENT", "CHANGED")
    for place, one in enumerate(snapshots):
        earlier = snapshots[place + 1] if place + 1 < len(snapshots) else None
        said = ", ".join(changes(earlier.metadata, one.metadata)) if earlier else "first seen"
        table.add_row(one.digest[:_ID], time_text(one.taken_at), cell(one.cause_event_id or "sweep"), cell(said))
    return table


def _metadata_lines(metadata: SecretMetadata) -> list[tuple[str, str]]:
    rotation = metadata.rotation
    rhythm = rotation.schedule or (f"each {rotation.days} days" if rotation.days else "no schedule")
    hidden = f"{len(metadata.description)} characters (--output json shows them)" if metadata.description else "none"
    return [
        ("Secret", f"{metadata.name} ({metadata.arn})"),
        ("Description", hidden),
        ("Tags", ", ".join(key for key, _ in metadata.tags) or "none"),
        ("Key", metadata.key_id or "aws/secretsmanager"),
        ("Rotation", f"{'on' if rotation.enabled else 'off'}, {rhythm}, {rotation.lambda_arn or 'no function'}"),
        ("Replicas", ", ".join(one.region for one in metadata.replicas) or "none"),
        ("Managed by", metadata.owning_service or "nobody"),
        ("Policy", metadata.policy_text or "none"),
    ]


def _taken(snapshot: MetadataSnapshot) -> list[str]:
    cause = snapshot.cause_event_id or "none: a sweep found it"
    return [
        f"{'Snapshot':<12}{snapshot.digest}",
        f"{'Seen':<12}{time_text(snapshot.taken_at)}",
        f"{'After event':<12}{plain(cause)}",
    ]


def _ordered(state: SecretState) -> list[Version]:
    oldest = datetime.min.replace(tzinfo=UTC)
    return sorted(
        state.versions, key=lambda v: (not v.is_current, -(v.created_at or oldest).timestamp() if v.created_at else 0)
    )


def _table(*names: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in names:
        table.add_column(name)
    return table
