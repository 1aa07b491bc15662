"""Where the local stage corrects moto, as a page: what AWS does, what moto does, and how sure we are of it."""

from __future__ import annotations

from collections.abc import Iterable

from nightlatch.local.fidelity import MOTO_VERSION, Correction, Evidence

_MADE = "<!-- Made by `make docs` from `nightlatch.local.fidelity`: change the correction, not this page. -->"
_SURE = {
    Evidence.VERIFIED: "stated by the source",
    Evidence.REAL: "seen in a real record",
    Evidence.INFERRED: "inferred from the source",
    Evidence.BELIEVED: "believed",
}


def correction_page(corrections: Iterable[Correction]) -> str:
    """Write the page of all corrections."""
    rows = "".join(
        f"| `{c.id}` | {c.aws} | {c.moto} | {_SURE[c.evidence]}: {c.source} | {c.measured_on:%Y-%m-%d} |\n"
        for c in corrections
    )
    return f"""\
{_MADE}

# Where the stage corrects moto

The local stage runs on moto {MOTO_VERSION}. Where moto answers otherwise than AWS on a path that nightlatch takes, the
stage corrects it. Two tests hold each line: one asks the corrected stage for AWS's behaviour, the other asks moto alone
and fails as soon as moto does it right, so that the correction can go.

| correction | AWS | moto {MOTO_VERSION} | how sure | measured |
| --- | --- | --- | --- | --- |
{rows}"""
