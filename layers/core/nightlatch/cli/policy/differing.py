"""Runs `nightlatch policy diff`: what a policy would change, in words, the grave changes first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import RenderableType
from rich.table import Table

from nightlatch.cli.policy.checking import read_file
from nightlatch.cli.policy.in_force import known_secrets, parameter_of, stored_in
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.forms import Form
from nightlatch.cli.speech.terminal import cell, say
from nightlatch.cli.speech.writing import write
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.answering.policy_changes import Change, changes
from nightlatch.domain.errors import InvalidPolicy
from nightlatch.policy_file import PolicyFile
from nightlatch.reach.where import Where, connect


def diff(file: Path, against: Path | None, where: Where, output: Form) -> ExitCode:
    """Write what a file would change in what is in force, or in another file.

    Raises:
        InvalidPolicy: One of them is wrong.
        NotFound: No stage or stack.
        Unavailable: AWS could not be asked.
    """
    wanted = read_file(file)
    if against is not None:
        before, named = read_file(against), str(against)
        known: Sequence[str] = ()
    else:
        connection = connect(where)
        stored = stored_in(parameter_of(connection))
        if stored.policy is None:
            raise InvalidPolicy(f"what is in force is no policy, so nothing can be compared: {stored.why}")
        before, known = stored.policy, known_secrets(connection)
        named = f"version {stored.version} of {stored.name}"
    found = differences(before, wanted, known)
    write(document_of(before, wanted, found), output, lambda: table_of(found))
    say(f"{named}: {before.to_domain().digest}; {file}: {wanted.to_domain().digest}; changes={len(found)}")
    return ExitCode.CLEAN


def differences(before: PolicyFile | None, after: PolicyFile, known: Sequence[str]) -> tuple[Change, ...]:
    """Give what changes; without a policy before, what is otherwise than where nobody decided anything."""
    return changes(before.to_domain() if before is not None else Policy(), after.to_domain(), known)


def document_of(before: PolicyFile, after: PolicyFile, found: Sequence[Change]) -> dict[str, object]:
    """Give the changes as fields."""
    return {
        "before": before.to_domain().digest,
        "after": after.to_domain().digest,
        "changes": [{"part": one.part, "change": one.text, "grave": one.grave} for one in found],
    }


def table_of(found: Sequence[Change]) -> RenderableType:
    """Draw the changes; an exclamation mark stands before what wants a second look."""
    if not found:
        return "nothing changes"
    table = Table(box=None, pad_edge=False)
    for name in ("", "PART"):
        table.add_column(name, no_wrap=True)
    table.add_column("CHANGE", overflow="fold")
    for one in found:
        table.add_row(cell("!" if one.grave else "", "bold yellow"), cell(one.part), cell(one.text))
    return table
