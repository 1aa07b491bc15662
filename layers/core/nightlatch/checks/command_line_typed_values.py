"""A person wrote the value from a command line, where a shell's history and whoever lists processes may have it.

CloudTrail cannot tell whether the value came from a file (`file://`), so this is told and accuses nobody. Once another
version is current, the value that was typed opens nothing any more.

Source: Secrets Manager user guide, security_cli-exposure-risks; design facts 2.5.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from nightlatch.domain.event.principals import short_name
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Verdict, Violation
from nightlatch.domain.posture.examples import a_secret, a_use, ago
from nightlatch.domain.posture.listing import counted, first_of
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture, VersionPosture
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import Gap, seen
from nightlatch.domain.posture.use import TypedWrite
from nightlatch.domain.secret.versions import CURRENT

SAME_WRITE = timedelta(minutes=1)  # CloudTrail gives whole seconds: a version made up to here after a call is its own


def evaluate(secret: SecretPosture, _terms: Terms) -> Verdict:
    """Fire on writes that no newer current version has made void; where versions were not seen, none has."""
    current_since = _current_since(secret)
    typed = [one for one in seen(secret.use).typed if current_since is None or one.at + SAME_WRITE >= current_since]
    if not typed:
        return None
    typed.sort(key=lambda one: (one.at, one.principal), reverse=True)
    last = typed[0]
    return Violation(
        reason=(
            f"{counted(len(typed), 'value was', 'values were')} written from a command line by a person, the last by "
            f"{short_name(last.principal)} on {last.at:%Y-%m-%d}"
        ),
        evidence=first_of([f"{one.principal} with {one.tool} at {one.at:%Y-%m-%dT%H:%M:%SZ}" for one in typed]),
    )


def _current_since(secret: SecretPosture) -> datetime | None:
    version = None if isinstance(secret.versions, Gap) else secret.current()
    return None if version is None else version.created_at


def _typed(days: float) -> TypedWrite:
    return TypedWrite(principal="user/ana", tool="aws-cli", at=ago(days=days))


CHECK = Check(
    id="command-line.typed-values",
    practice=Practice.COMMAND_LINE,
    about=SecretPosture,
    title="A person wrote its value from a command line",
    severity=Severity.INFORMATIONAL,
    evaluate=evaluate,
    remedy=(
        "Clear the shell's history there, and give it a new value from a file that is destroyed afterwards, or let it "
        "rotate. Whoever holds the old value fails until they read the secret anew."
    ),
    command="aws secretsmanager put-secret-value --region {region} --secret-id {arn} --secret-string file://secret.txt",
    sources=("Secrets Manager user guide, security_cli-exposure-risks",),
    well_architected=("SEC02-BP03",),
    blind_spots=(
        "The tool is known by its user agent, which whoever calls may write; whether the value stood in the command or "
        "in a file, no record says."
    ),
    examples=(
        Example(name="the current value", posture=a_secret(use=a_use(typed=(_typed(10),))), violates=True),
        Example(
            name="and nobody could list versions",
            posture=a_secret(use=a_use(typed=(_typed(20),)), versions=Gap("secretsmanager:ListSecretVersionIds", "no")),
            violates=True,
        ),
        Example(name="rotated since", posture=a_secret(use=a_use(typed=(_typed(20),))), violates=False),
        Example(
            name="never",
            posture=a_secret(use=a_use(), versions=(VersionPosture(id="v-1", labels=(CURRENT,)),)),
            violates=False,
        ),
    ),
)
