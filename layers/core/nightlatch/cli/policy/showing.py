"""Runs `nightlatch policy show`: the policy in force and its hash; as JSON or YAML it can be edited and pushed."""

from __future__ import annotations

import json
import re

from rich.console import RenderableType
from rich.table import Table

from nightlatch.cli.policy.in_force import parameter_of, stored_in
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.forms import Form
from nightlatch.cli.speech.terminal import cell, say
from nightlatch.cli.speech.writing import write
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.answering.policy_changes import changes
from nightlatch.domain.errors import InvalidPolicy
from nightlatch.policy_file import PolicyFile
from nightlatch.reach.where import Where, connect

_UNTIL_NOW = re.compile(r"(; until now .*|, was .*|, were .*)$")


def show(where: Where, version: int | None, output: Form) -> ExitCode:
    """Write the policy in force, or one that was.

    Raises:
        NotFound: No stage or stack, or no such version.
        InvalidPolicy: What the parameter holds is no policy.
        Unavailable: AWS could not be asked.
    """
    stored = stored_in(parameter_of(connect(where)), version)
    if stored.policy is None:
        raise InvalidPolicy(
            f"version {stored.version} is no policy, and functions go on with the last good one: {stored.why}"
        )
    policy = stored.policy
    document = json.loads(policy.to_store())
    write(document, output, lambda: _table(policy))
    say(f"policy {stored.digest}: version {stored.version} of {stored.name}")
    return ExitCode.CLEAN


def _table(policy: PolicyFile) -> RenderableType:
    """Say what it decides, as what is otherwise than where nobody decided anything."""
    table = Table(box=None, pad_edge=False)
    table.add_column("PART", no_wrap=True)
    table.add_column("WHAT IT SAYS", overflow="fold")
    table.add_row(cell("secrets"), cell(f"every other secret: {policy.defaults.mode}"))
    for one in changes(Policy(), policy.to_domain()):
        table.add_row(cell(one.part), cell(_as_it_is(one.text)))
    return table


def _as_it_is(change: str) -> str:
    """Say of a change that it is so: what is in force is told as what differs from a policy that says nothing."""
    return _UNTIL_NOW.sub("", change).replace("newly without asking", "without asking").replace("observe becomes ", "")
