"""Whether a text that is not encrypted gives away what helps to guess a password, or to be let in without one.

A hint, the answer to a recovery question or a PIN is as good as a password to whoever reads it. Only a text that gives
one is meant: a description that says what the secret holds ("answers to the bank's questions") gives none.

Source: Secrets Manager user guide, what not to put in secret text (password hints, question and answer pairs).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_GIVES = r"\s{0,3}(?:[:=]|\bis\b|\bwas\b)\s{0,3}(?=\S)"
_NO_ANSWER = (
    r"(?!none\b|n/?a\b|unknown\b|in\b|stored\b|kept\b|see\b|not\b|part\b|rotated\b|changed\b|managed\b|required\b)"
)
_KINDS = {
    "a password hint": rf"(?:password|passphrase|passcode|pwd|login)[ _-]?hint{_GIVES}",
    "the answer to a recovery question": (
        rf"\bmaiden[ _-]?name{_GIVES}"
        rf"|\b(?:first[ _-]?pet|pet'?s?[ _-]name|name[ _-]of[ _-]\w{{2,4}}[ _-](?:first[ _-])?pet){_GIVES}"
        rf"|\b(?:security|recovery|secret)[ _-]?(?:question[ _-]?)?answer{_GIVES}"
        rf"|\b(?:birth[ _-]?place|place[ _-]of[ _-]birth|first[ _-]school){_GIVES}"
    ),
    "a PIN": r"\bpin(?:[ _-]?(?:code|number))?\s{0,3}(?:[:=]|\bis\b)\s{0,3}(?=[0-9]{4,8}(?![0-9.:-]))",
}
_FORMS = {
    kind: re.compile(rf"(?:{form})" if kind == "a PIN" else rf"(?:{form}){_NO_ANSWER}", re.IGNORECASE)
    for kind, form in _KINDS.items()
}


def hint_in(texts: Iterable[str]) -> str | None:
    """Name what some texts seem to give away, None where they seem harmless."""
    said = "\n".join(texts)
    return next((kind for kind, form in _FORMS.items() if form.search(said)), None)
