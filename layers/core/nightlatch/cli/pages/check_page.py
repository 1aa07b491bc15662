"""Every check of the audit on one page, by the practice that it answers, made from the values and from nothing else.

With the table of what others ask: Security Hub's controls, AWS Config's rules and Prowler's checks of Secrets Manager,
each beside the checks that ask it here.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from string import Formatter
from typing import Any

from nightlatch.cli.pages.controls import CONTROLS
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.accounts import AccountPosture
from nightlatch.domain.posture.checks import Check, Example, Violation
from nightlatch.domain.posture.examples import TERMS
from nightlatch.domain.posture.functions import FunctionPosture
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture

_MADE = "<!-- Made by `make docs` from the checks: change those, not this page. -->"
_ABOUT = {SecretPosture: "each secret", FunctionPosture: "each function", AccountPosture: "the account in a Region"}
_INTRODUCTION = """\
The audit asks what is written down here of every secret, of the functions that rotate them and of the account. Each
check answers one of the ten practices of AWS's page, and names the best practices of the Security Pillar
([SEC02 and its neighbours](https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/security.html)) that
ask for the same.

What nobody could look at is a finding of its own, and never taken for good. A secret that a service of AWS manages, a
replica and a secret that waits to be deleted are left to whoever acts for them, where a check does not say otherwise.
A command is shown with words in capitals for what you have to put in; in a finding all that is known is filled in."""

_DIFFERENCES = """\
Where the answers may differ:

* A secret that a service manages is not told to rotate, nor to change its key; its service does that. Replicas follow.
* The age of a value is that of the version that readers get: a rollback to an old value makes it old again.
* Regions, accounts and keys that you trust in the policy are no findings here, wherever they are.
* Prowler wants a policy that denies all but named principals on every secret; here it is asked of the tier `crown`."""


def check_page(checks: Iterable[Check[Any]]) -> str:
    """Write the page."""
    checks = tuple(checks)
    practices = "\n".join(_practice(practice, checks) for practice in Practice)
    controls = "".join(_control(control, asked, checks) for control, asked in CONTROLS.items())
    return f"""\
{_MADE}

# Checks

{_INTRODUCTION}

* [What other tools ask of Secrets Manager](#what-other-tools-ask-of-secrets-manager)
{_contents(checks)}

## What other tools ask of Secrets Manager

The five controls of Security Hub, the five managed rules of AWS Config and the five checks of Prowler, and what asks
the same here. What else a check covers stands beside it below.

| control | asks | here |
| --- | --- | --- |
{controls}
{_DIFFERENCES}

{practices}"""


def _contents(checks: tuple[Check[Any], ...]) -> str:
    asked = [practice for practice in Practice if any(check.practice is practice for check in checks)]
    return "\n".join(f"* [{_heading(practice)}](#{_anchor(_heading(practice))})" for practice in asked)


def _control(control: str, asked: str, checks: tuple[Check[Any], ...]) -> str:
    ours = ", ".join(f"[{one.id}](#{_anchor(one.id)})" for one in checks if control in one.covers)
    return f"| {_control_name(control)} | {asked} | {ours} |\n"


def _control_name(control: str) -> str:
    scheme, _, name = control.rpartition(":")
    return {"config": f"AWS Config `{name}`", "prowler": f"Prowler `{name}`", "": f"Security Hub `{name}`"}[scheme]


def _practice(practice: Practice, checks: tuple[Check[Any], ...]) -> str:
    ours = [check for check in checks if check.practice is practice]
    if not ours:
        return ""
    rows = "".join(f"| [{one.id}](#{_anchor(one.id)}) | {one.severity} | {one.title} |\n" for one in ours)
    parts = "\n".join(map(_part, ours))
    return f"## {_heading(practice)}\n\n| check | severity | finds |\n| --- | --- | --- |\n{rows}\n{parts}"


def _part(check: Check[Any]) -> str:
    return f"""\
### {check.id}

**{check.title}.**

{_meaning(check)}

{_facts(check)}

**What to do.** {check.remedy}
{_commands(check)}
It finds: {_listed(example.name for example in check.examples if example.violates)}. As it should be:
{_listed(example.name for example in check.examples if not example.violates)}.
"""


def _meaning(check: Check[Any]) -> str:
    """Give what the check's module says of it, less its sources."""
    text = inspect.getdoc(inspect.getmodule(check.evaluate)) or ""
    return "\n\n".join(part for part in text.split("\n\n") if not part.startswith("Source:"))


def _facts(check: Check[Any]) -> str:
    others = {_severity(check, one) for one in check.examples if one.violates} - {check.severity}
    by_weight = sorted(others, key=lambda severity: severity.rank, reverse=True)
    rows = {
        "severity": f"{check.severity}; by what it finds also {', '.join(by_weight)}" if others else check.severity,
        "looks at": f"{_ABOUT[check.about]}{_further(check)}",
        "Well-Architected": ", ".join(check.well_architected),
        "covers": "; ".join(map(_control_name, check.covers)) or "nothing that another tool asks",
        "cannot see": check.blind_spots or "nothing that is known",
        "sources": "; ".join(check.sources),
    }
    return "| | |\n| --- | --- |\n" + "\n".join(f"| {name} | {value} |" for name, value in rows.items())


def _further(check: Check[Any]) -> str:
    """Say what is not left to others."""
    further = (
        (check.of_managed, "those that a service of AWS manages"),
        (check.of_replicas, "replicas"),
        (check.of_deleted, "those that wait to be deleted"),
    )
    said = " and ".join(what for applies, what in further if applies)
    return f", {said} included" if said else ""


def _severity(check: Check[Any], example: Example[Any]) -> Severity:
    verdict = check.evaluate(example.posture, example.terms or TERMS)
    told = verdict.severity if isinstance(verdict, Violation) else None
    return told or check.severity


def _commands(check: Check[Any]) -> str:
    """Give the command, and others that what it finds calls for; a person fills in the words in capitals."""
    verdicts = (check.evaluate(one.posture, one.terms or TERMS) for one in check.examples if one.violates)
    others = (verdict.command for verdict in verdicts if isinstance(verdict, Violation))
    commands = dict.fromkeys(command for command in (check.command, *others) if command is not None)
    lines = "".join(f"$ {_to_fill_in(command)}\n" for command in commands)
    return f"\n```console\n{lines}```\n" if lines else ""


def _to_fill_in(command: str) -> str:
    return "".join(text + (place or "").upper() for text, place, _, _ in Formatter().parse(command))


def _heading(practice: Practice) -> str:
    return f"{practice.number}. {practice.title}"


def _anchor(heading: str) -> str:
    """Name a heading as GitHub does."""
    kept = "".join(sign for sign in heading.lower() if sign.isalnum() or sign in "_- ")
    return kept.replace(" ", "-")


def _listed(names: Iterator[str]) -> str:
    return "; ".join(names)
