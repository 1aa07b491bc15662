"""Suggestions as parts of a policy file: YAML that can be read as it stands, with marks where a person must write.

What comes out of logs is somebody else's text: values are quoted by the YAML library, and in comments a line break or
anything else that is no printable character stands as an escape.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import yaml

from nightlatch.cli.looks.suggestion_words import actor_evidence, exemption_evidence, tier_evidence
from nightlatch.cli.speech.terminal import plain
from nightlatch.service.suggestions import ActorSuggestion, ExemptionSuggestion, Suggestions, TierSuggestion

FILL_IN = "FILL IN"
_WIDE = f"{FILL_IN}: the names have no beginning in common, so this covers every secret"


def policy_document(made: Suggestions) -> str:
    """Write a whole policy of all suggestions, each with its evidence above it."""
    lines = [
        "# yaml-language-server: $schema=policy.schema.json",
        "# Suggested by nightlatch from logs: nothing of this is in force. Read each entry, write what is marked",
        f"# {FILL_IN}, and take out what you do not know to be true: what stays is silence, or weight.",
        "version: 1",
    ]
    if not made.count:
        lines.append("# nothing to suggest")
    lines += _part("known_actors", [(actor_evidence(one), actor_lines(one, made.expires)) for one in made.actors])
    lines += _part("exemptions", [(exemption_evidence(o), exemption_lines(o, made.expires)) for o in made.exemptions])
    if made.tiers:
        lines.append("inventory:")
        lines += [f"  {line}" for line in _part("tiers", [(tier_evidence(one), tier_lines(one)) for one in made.tiers])]
    return "\n".join(lines) + "\n"


def actor_lines(actor: ActorSuggestion, expires: date) -> list[str]:
    """Write an entry of `known_actors`."""
    may = f"may: [{', '.join(actor.may)}]"
    return _entry([f"principal: {_quoted(actor.principal)}", may, _prefix(actor.prefix)], expires)


def exemption_lines(exemption: ExemptionSuggestion, expires: date) -> list[str]:
    """Write an entry of `exemptions`."""
    who = f"principal: {_quoted(exemption.principal)}"
    return _entry([f"rule: {exemption.rule}", who, _prefix(exemption.prefix)], expires)


def tier_lines(tier: TierSuggestion) -> list[str]:
    """Write an entry of the inventory's `tiers`."""
    return [f"- names: {_quoted(tier.name)}", "  tier: crown"]


def _entry(fields: Sequence[str], expires: date) -> list[str]:
    """Write fields with those that only a person knows behind them."""
    asked = [
        f'owner: "{FILL_IN}: who answers for this"',
        f'reason: "{FILL_IN}: why it is meant to be so"',
        f"expires: {expires.isoformat()}  # {FILL_IN}: 90 days after the last record, or sooner",
    ]
    first, *others = (*fields, *asked)
    return [f"- {first}", *(f"  {line}" for line in others)]


def _part(name: str, entries: Iterable[tuple[Sequence[str], Sequence[str]]]) -> list[str]:
    lines = [f"  {line}" for said, entry in entries for line in (*(f"# {plain(text)}" for text in said), *entry)]
    return [f"{name}:", *lines] if lines else []


def _prefix(prefix: str) -> str:
    return f"secrets: {_quoted(prefix)}" if prefix else f'secrets: ""  # {_WIDE}'


def _quoted(text: str) -> str:
    quoted: str = yaml.safe_dump(text, default_style='"', allow_unicode=False, width=100_000)
    return quoted.strip()
