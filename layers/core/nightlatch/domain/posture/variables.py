"""What an environment variable of a function seems to be: its value is judged here and goes no further.

A value that names where a credential is kept (an ARN, a parameter's path, a secret's name) is what the practice asks
for. A variable whose name ends like that of a credential and whose value names no such place most likely holds one.

Source: Lambda developer guide, environment variables; Secrets Manager user guide, best practices ("passing them through
environmental variables") and the characters of a secret's name; Powertools for AWS Lambda, its variables for logging.
"""

from __future__ import annotations

import re

from nightlatch.domain.posture.functions import Variable
from nightlatch.domain.secret.credential_texts import credential_in

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")  # of names; digits and signs part words
_FORMS = frozenset({"value", "text", "plain", "plaintext", "string"})  # said after what the value is
_CREDENTIALS = frozenset(
    {"password", "passwd", "passphrase", "pwd", "pass", "secret", "token", "apikey", "credential", "credentials"}
)
_JOINED = ("password", "passwd")  # PGPASSWORD, DBPASSWORD: nobody writes an end like that of anything else
_KEYS = frozenset({"api", "access", "secret", "private", "signing", "encryption", "auth", "master", "account"})
_NO_CREDENTIALS = frozenset({"PWD", "OLDPWD"})  # a shell's folders

_OFF = frozenset({"", "0", "false", "no", "off", "none", "null", "disabled"})
_SWITCHES = _OFF | {"1", "true", "yes", "on", "enabled"}
_ADDRESS = re.compile(r"arn:|\{\{resolve:|\$\{|[a-z][a-z0-9+.-]*://")
_STEP = r"[A-Za-z][A-Za-z._-]*\d{0,3}"
_PATH = re.compile(rf"/{_STEP}(?:/{_STEP})*")
_SEGMENT = r"(?:[a-z0-9]+(?:[._-][a-z0-9]+)*|[A-Z0-9]+(?:[._-][A-Z0-9]+)*|[A-Z][a-z]+)"
_NAME_IN_FOLDER = re.compile(rf"{_SEGMENT}(?:/{_SEGMENT})+")
_NAME = re.compile(r"[a-z]+(?:[._-][a-z]+)+\d{0,3}")  # in one folder: words, so that a token is not taken for one

_LEVELS = frozenset({"debug", "trace", "all", "10"})
_DEBUG_WORDS = frozenset({"debug", "verbose"})
_DEBUG_NAMES = frozenset({"POWERTOOLS_LOGGER_LOG_EVENT", "POWERTOOLS_DEV"})


def judged(name: str, value: str) -> Variable:
    """Judge a variable and leave its value behind."""
    return Variable(
        name=name,
        holds=credential_in([value]),
        is_debug=_is_debug(name, value),
        is_named_credential=_is_credential_name(name) and not _is_reference(name, value),
    )


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(name)]


def _is_credential_name(name: str) -> bool:
    if name in _NO_CREDENTIALS:
        return False
    words = _words(name)
    while words and words[-1] in _FORMS:
        words.pop()
    is_key = len(words) > 1 and words[-1] == "key" and words[-2] in _KEYS
    return is_key or (bool(words) and (words[-1] in _CREDENTIALS or words[-1].endswith(_JOINED)))


def _is_reference(name: str, value: str) -> bool:
    """Tell whether a value is nothing, a switch, or a place; a bare name only where a secret's name may be meant."""
    said = value.strip()
    if said.lower() in _SWITCHES or _ADDRESS.match(said) or _PATH.fullmatch(said):
        return True
    if _NAME_IN_FOLDER.fullmatch(said.removeprefix("/")):
        return True
    return _words(name)[-1] == "secret" and _NAME.fullmatch(said) is not None


def _is_debug(name: str, value: str) -> bool:
    said, words = value.strip().lower(), _words(name)
    if words[-1:] == ["level"] or words[-1:] == ["loglevel"]:
        return said in _LEVELS
    return (name in _DEBUG_NAMES or (bool(words) and words[-1] in _DEBUG_WORDS)) and said not in _OFF
