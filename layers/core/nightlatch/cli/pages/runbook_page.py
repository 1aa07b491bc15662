"""What a person reads about one detection at night: its runbook, made from the value and from nothing else.

A page written by hand would soon say something that the rule no longer does.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from itertools import groupby

from nightlatch.domain.judging.findings import Remedy, Severity
from nightlatch.domain.judging.rules import Detection, Example, Match

_MADE = "<!-- Made by `make docs` from the detection: change that, not this page. -->"
_REMEDIES = {
    Remedy.RESTORE: "yes, the deletion is cancelled: at once in protect mode, on a person's word in notify mode",
    Remedy.RESURRECT: (
        "a secret in the vault: yes, it is created again under a new ARN, right after its call at once in protect mode,"
        " else on a person's word; any other: no"
    ),
    Remedy.ROLL_BACK: "yes, by a rollback to the version before, on a person's word; not in observe mode",
    Remedy.RESCUE_KEY: (
        "a key that is disabled or waits to be deleted: yes, it is put back, in protect mode at once where every secret"
        " that needs it is protected so, else on a person's word"
    ),
    Remedy.REPLICATE: "replicas taken away: yes, they are made again, on a person's word",
    Remedy.PUT_POLICY_BACK: "yes, the resource policy is put back as it was before, on a person's word",
    Remedy.PUT_TAGS_BACK: "yes, tags and description are put back as they were before, on a person's word",
    Remedy.PUT_KEY_BACK: "yes, the secret is moved back to its key, on a person's word",
    Remedy.PUT_ROTATION_BACK: "yes, the rotation is set as it was before and rotates nothing now, on a person's word",
    None: "not by nightlatch itself",
}


def runbook(rule: Detection) -> str:
    """Write the page of a detection."""
    steps = "\n".join(f"{number}. {line}" for number, line in enumerate(rule.playbook.splitlines(), start=1))
    return f"""\
{_MADE}

# {rule.title}

{_meaning(rule)}

{_facts(rule)}

## What to do

{steps}

Was it meant to be? Then an exemption for `{rule.catalogue}`, with an owner and an end, keeps it quiet: see
[the policy](../configuration.md#the-policy).

## What it cannot see

{rule.blind_spots}

## Examples

It fires:

{_bullets(f"{_severity(rule, example)}: {example.name}" for example in rule.examples if example.fires)}

It stays silent:

{_bullets(example.name for example in rule.examples if not example.fires)}

Try it on your machine: the first command shows this page's content, the second runs these examples.

```console
$ nightlatch rules explain {rule.id}
$ nightlatch rules test {rule.id}
```
"""


def index(rules: Iterable[Detection]) -> str:
    """Write the page that leads to all others, in the catalogue's order."""
    rows = (
        f"| [{rule.id}]({file_name(rule)}) | {rule.catalogue} | {rule.severity} | {rule.title} |\n" for rule in rules
    )
    return (
        f"{_MADE}\n\n# Runbooks\n\nOne page for each detection: what it means, what to do, what it cannot see. "
        "`nightlatch rules list` gives the same list.\n\n"
        f"| rule | catalogue | severity | title |\n| --- | --- | --- | --- |\n{''.join(rows)}"
    )


def file_name(rule: Detection) -> str:
    """Name the file of a detection's page: its id is a public interface."""
    return f"{rule.id}.md"


def _meaning(rule: Detection) -> str:
    """Give what the detection's module says of it, less its sources."""
    text = inspect.getdoc(inspect.getmodule(rule.evaluate)) or ""
    return "\n\n".join(part for part in text.split("\n\n") if not part.startswith("Source:"))


def _facts(rule: Detection) -> str:
    shown = {_severity(rule, example) for example in rule.examples if example.fires} - {rule.severity}
    by_weight = sorted(shown, key=lambda severity: severity.rank, reverse=True)
    others = ", ".join(by_weight)
    rows = {
        "rule": f"`{rule.id}`, {rule.catalogue}",
        "severity": f"{rule.severity}; by what it shows also {others}" if others else rule.severity,
        "ATT&CK": ", ".join(rule.techniques) or "none: it concerns whoever runs the secret",
        "events read": "; ".join(_events(rule)),
        "the message says": f"`{rule.headline}`",
        "needs history": "yes: with less than two weeks of it, nobody is told at once" if rule.novelty else "no",
        "can be taken back": _taken_back(rule),
    }
    return "| | |\n| --- | --- |\n" + "\n".join(f"| {name} | {value} |" for name, value in rows.items())


def _taken_back(rule: Detection) -> str:
    """Say what takes back what the rule sees; where only some of it can be, an example shows which."""
    firing = (example for example in rule.examples if example.fires)
    verdicts = (rule.evaluate(example.event, example.baseline) for example in firing)
    remedies = {rule.remedy, *(verdict.remedy for verdict in verdicts if isinstance(verdict, Match))} - {None}
    ways = "; ".join(sorted(_REMEDIES[remedy] for remedy in remedies)) or _REMEDIES[None]
    return f"{ways}; stopping the principal is offered where this is HIGH or worse" if rule.contain else ways


def _events(rule: Detection) -> Iterable[str]:
    """Name the events by their source: names collide across services."""
    names = sorted(rule.event_names, key=lambda name: (name.source, name.name))
    for source, of_source in groupby(names, key=lambda name: name.source):
        listed = ", ".join(f"`{name.name}{'*' * name.is_prefix}`" for name in of_source)
        yield f"{listed} of {source}"


def _bullets(texts: Iterable[str]) -> str:
    return "\n".join(f"- {text}" for text in texts)


def _severity(rule: Detection, example: Example) -> Severity:
    return example.severity or rule.severity
