"""Which rules can be taken along as Sigma rules, as a page: what each document leaves out, and why the others stay."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nightlatch.cli.sigma import NEEDS_HISTORY, SigmaPart
from nightlatch.cli.sigma.document import file_name
from nightlatch.domain.judging.rules import Detection

_MADE = "<!-- Made by `make docs` from the Sigma parts in `cli/sigma`: change those, not this page. -->"
_LISTS = {  # what belongs under each placeholder
    "break_glass": "ARNs of principals that are kept for emergencies",
    "decoys": "names of decoy secrets",
    "protected_keys": "ids and ARNs of the KMS keys of secrets",
    "resources": "names of what nightlatch is made of, and of its stack",
    "rotation_functions": "names of the functions that rotate secrets",
}


def sigma_page(parts: Iterable[SigmaPart], catalogue: Iterable[Detection]) -> str:
    """Write the page."""
    parts, rules = tuple(parts), {rule.id: rule for rule in catalogue}
    exported = "".join(_row(part, rules[part.rule]) for part in parts)
    placeholders = "".join(f"| `%nightlatch_{name}%` | {_LISTS[name]} |\n" for name in placeholders_in(parts))
    others = "".join(f"| [{rule}](runbooks/{rule}.md) | {why} |\n" for rule, why in NEEDS_HISTORY.items())
    return f"""\
{_MADE}

# Rules for other tools

`nightlatch rules export --sigma` writes the detections that a single record decides as
[Sigma](https://sigmahq.io) rules, for whoever searches CloudTrail in another tool:

```console
$ nightlatch rules export --sigma --output ./sigma
$ nightlatch rules export --sigma > nightlatch.yml
```

Their ids are made from the ids of the rules, and never change. Their status is `experimental`, as SigmaHQ wants it of
new ones. How a tool names what lies within a list of objects (`requestParameters.filters.values`) is the matter of its
pipeline: try each rule on a record of your own. Exemptions, tiers and history stay behind: what the policy keeps quiet
here is loud there.

| file | level | what it leaves out |
| --- | --- | --- |
{exported}
Some name lists of yours, as placeholders that a pipeline of pySigma fills in (`value_placeholders`):

| placeholder | entries |
| --- | --- |
{placeholders}
These rules need more than one record, and no Sigma rule is made of them:

| rule | why |
| --- | --- |
{others}"""


def placeholders_in(parts: Iterable[SigmaPart]) -> tuple[str, ...]:
    """Name the lists that the documents ask the operator for."""
    return tuple(sorted(set(re.findall(r"%nightlatch_(\w+)%", str([part.searches for part in parts])))))


def _row(part: SigmaPart, rule: Detection) -> str:
    level = (part.level or rule.severity).value.lower()
    return f"| `{file_name(part)}` | {level} | {part.less or 'nothing'} |\n"
