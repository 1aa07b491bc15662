"""What of a secret stands in clear: its description and its tags, each with a name for its place that is safe to show.

Whoever may list secrets reads them, CloudTrail keeps the calls that set them, and AWS encrypts neither.

Source: Secrets Manager user guide, security-encryption (what is not encrypted); Tag editor guide (keys that begin with
`aws:` are AWS's own, and nobody else can set or remove them).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.secret.fingerprints import shown_name

_BY_AWS = "aws:"
_ARN = "arn:"  # the name of something: a tag `password` that leads to a secret holds no password
_CLEAR_DESCRIPTION = "aws secretsmanager update-secret --region {region} --secret-id {arn} --description ''"
_TAKE_TAG = "aws secretsmanager untag-resource --region {region} --secret-id {arn} --tag-keys {tag}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearText:
    """One text, and where it stands."""

    place: str
    text: str = field(repr=False)
    tag: str | None = field(default=None, repr=False)  # its key; it may be the very text that must not be shown

    @property
    def command(self) -> str:
        """Take it away."""
        return _CLEAR_DESCRIPTION if self.tag is None else _TAKE_TAG

    @property
    def values(self) -> tuple[tuple[str, str], ...]:
        """Fill the command's place for a tag; with a word to be replaced where its key must not be shown."""
        return () if self.tag is None else (("tag", _shown(self.tag) or "TAG_KEY"),)


def clear_texts(secret: SecretPosture) -> Iterator[ClearText]:
    """Give the description, then each tag as `key=value`, an ARN by itself; what AWS itself wrote is left out."""
    if secret.description:
        yield ClearText(place="its description", text=secret.description)
    for key, value in own_tags(secret):
        shown = _shown(key)
        text = value if value.startswith(_ARN) else f"{key}={value}"
        yield ClearText(place=f"the tag {shown}" if shown else "a tag", text=text, tag=key)


def own_tags(secret: SecretPosture) -> Iterable[tuple[str, str]]:
    """Give the tags that somebody set, without AWS's own."""
    return ((key, value) for key, value in secret.tags if not key.lower().startswith(_BY_AWS))


def _shown(key: str) -> str | None:
    return shown_name(key) if key else None
