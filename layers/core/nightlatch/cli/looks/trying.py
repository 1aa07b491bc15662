"""Runs `nightlatch policy test`: the events beside a policy, judged by the engine, each with what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import RenderableType
from rich.table import Table

from nightlatch.adapters.records.cloudtrail import parse
from nightlatch.adapters.records.identities import Setting, principal_of
from nightlatch.cli.looks.hunting import ports_in_memory
from nightlatch.cli.looks.rule_output import find_rule
from nightlatch.cli.policy.checking import read_file
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.forms import Form
from nightlatch.cli.speech.terminal import cell, say
from nightlatch.cli.speech.writing import write
from nightlatch.detections import CATALOGUE
from nightlatch.domain.answering.decisions import Decision
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.errors import MalformedRecord
from nightlatch.domain.event.parameters import Parameters
from nightlatch.domain.event.principals import Principal
from nightlatch.domain.event.secrets import secret_ref
from nightlatch.policy_file import PolicyFile, TrialPart
from nightlatch.service.policy_trials import AsIf, decided, differences


@dataclass(frozen=True, slots=True)
class Tried:
    """A trial, and where it went otherwise than expected."""

    name: str
    wrong: tuple[str, ...]


def test_file(file: Path, output: Form) -> ExitCode:
    """Try a policy file, and write how each trial went.

    Raises:
        InvalidPolicy: The file is wrong.
        Unreadable: It cannot be opened.
    """
    tried = try_out(read_file(file))
    failed = sum(bool(one.wrong) for one in tried)
    write([{"name": one.name, "held": not one.wrong, "wrong": list(one.wrong)} for one in tried], output,
          lambda: _table(tried))  # fmt: skip
    say(f"tests={len(tried)} failed={failed}")
    return ExitCode.ERROR if failed else ExitCode.CLEAN


def try_out(written: PolicyFile) -> tuple[Tried, ...]:
    """Try a policy on the events beside it."""
    policy = written.to_domain()
    return tuple(Tried(trial.name, _tried(trial, policy)) for trial in written.tests)


def _tried(trial: TrialPart, policy: Policy) -> tuple[str, ...]:
    try:
        return differences(trial.expect.to_domain(), _decided(trial, policy))
    except MalformedRecord as error:
        return (f"the event is no CloudTrail record: {error}",)


def _decided(trial: TrialPart, policy: Policy) -> Sequence[Decision]:
    if trial.example is not None:
        return _as_if(trial, trial.example).decided(policy)
    events = [parse(record) for record in trial.records()]
    return decided(events, rules=CATALOGUE, policy=policy, ports=ports_in_memory(policy.inventory))


def _as_if(trial: TrialPart, name: str) -> AsIf:
    rule = find_rule(name)
    example = next(one for one in rule.examples if one.fires)
    event = example.event
    secret = trial.secret and secret_ref(trial.secret, account_id=event.account_id, region=event.region)
    principal = _principal(trial.principal) if trial.principal else None
    return AsIf(rule=rule, example=example, principal=principal, secret=secret or None)


def _principal(arn: str) -> Principal:
    account = arn.split(":")[4]
    setting = Setting(recipient=account, service="sts.amazonaws.com", by_service=False, from_console=None)
    return principal_of(Parameters({"arn": arn, "accountId": account}), setting)


def _table(tried: Sequence[Tried]) -> RenderableType:
    if not tried:
        return "the file has no tests; write some under `tests`, see docs/configuration.md"
    table = Table(box=None, pad_edge=False)
    table.add_column("", no_wrap=True)
    table.add_column("TEST", overflow="fold")
    table.add_column("WHAT WENT OTHERWISE", overflow="fold")
    for one in tried:
        table.add_row(cell("failed" if one.wrong else "ok", "red" if one.wrong else ""), cell(one.name),
                      cell("; ".join(one.wrong)))  # fmt: skip
    return table
