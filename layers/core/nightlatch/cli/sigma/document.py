"""Makes a Sigma document of a part and its rule, and writes it as YAML in the manner of SigmaHQ.

Source: Sigma rules specification 2.1.0 (SigmaHQ/sigma-specification) and the rule and file name conventions of SigmaHQ:
four spaces, a list of one on its line, techniques as tags and never as references.
"""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill
from uuid import NAMESPACE_URL, UUID, uuid5

import yaml

from nightlatch.cli.sigma.parts import SigmaPart
from nightlatch.domain.judging.rules import Detection

_NAMESPACE = uuid5(NAMESPACE_URL, "urn:nightlatch:sigma")
_WRITTEN = "2026-11-25"  # when these documents were written down; a later change adds `modified`
_WIDTH, _TEXT_WIDTH = 120, 100


def document_id(name: str) -> UUID:
    """Give a document's id: made from the rule's id alone, it is the same on every machine and in every version."""
    return uuid5(_NAMESPACE, name)


def file_name(part: SigmaPart) -> str:
    """Name the file as SigmaHQ names those about AWS."""
    return f"aws_nightlatch_{''.join(sign if sign.isalnum() else '_' for sign in part.name)}.yml"


def document(part: SigmaPart, rule: Detection) -> dict[str, object]:
    """Give the fields of a document, in the order in which SigmaHQ writes them."""
    related = {"related": [{"id": str(document_id(part.rule)), "type": "similar"}]} if part.variant else {}
    return {
        "title": part.title,
        "id": str(document_id(part.name)),
        **related,
        "status": "experimental",
        "description": _description(part, rule),
        "references": list(part.references),
        "author": "nightlatch",
        "date": _WRITTEN,
        "tags": [f"attack.{technique.lower()}" for technique in rule.techniques],
        "logsource": {"product": "aws", "service": "cloudtrail"},
        "detection": {**_copied(part.searches), "condition": part.condition},
        "falsepositives": list(part.falsepositives),
        "level": (part.level or rule.severity).value.lower(),
    }


def text_of(fields: Mapping[str, object]) -> str:
    """Write a document."""
    written: str = yaml.dump(dict(fields), Dumper=_Writer, sort_keys=False, allow_unicode=True, indent=4, width=_WIDTH)
    return written


def _description(part: SigmaPart, rule: Detection) -> str:
    lines = [part.detects, f"Made from rule {rule.id} ({rule.catalogue}) of nightlatch."]
    if part.less:
        lines.append(f"Sigma can say less than the rule. {part.less}")
    if "|expand" in str(part.searches):
        lines.append("Its %placeholders% are yours to fill in, by a pipeline of pySigma.")
    return "\n".join(fill(line, _TEXT_WIDTH, break_long_words=False, break_on_hyphens=False) for line in lines) + "\n"


def _copied(value: object) -> dict[str, object]:
    """Give plain dictionaries and lists, none of them twice, for YAML would refer from one place to another."""
    plain = _plain(value)
    return plain if isinstance(plain, dict) else {}


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, (list, tuple)) else value


class _Writer(yaml.SafeDumper):
    """Writes several lines as a block, and lists further in than the name before them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002 - PyYAML's
        del indentless
        super().increase_indent(flow, False)  # noqa: FBT003 - PyYAML's own

    def ignore_aliases(self, data: object) -> bool:
        del data
        return True


def _in_lines(writer: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Writer.add_representer(str, _in_lines)
