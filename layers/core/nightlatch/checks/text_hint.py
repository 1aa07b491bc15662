"""A description or a tag helps to guess a password, or to be let in without one: a hint, an answer, a PIN.

Hints and recovery answers belong into the value, which is encrypted, beside the password that they are about.

Source: Secrets Manager user guide, best practices (password hints) and what not to put in secret text (question and
answer pairs); design facts 2.1.
"""

from __future__ import annotations

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Verdict, Violation
from nightlatch.domain.posture.clear_texts import clear_texts
from nightlatch.domain.posture.examples import a_secret
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.secret.hint_texts import hint_in


def evaluate(secret: SecretPosture, _terms: Terms) -> Verdict:
    """Fire on a text that gives a hint or an answer, not on one that says that the secret holds some."""
    found = [(one, kind) for one in clear_texts(secret) if (kind := hint_in([one.text])) is not None]
    if not found:
        return None
    first, _ = found[0]
    return Violation(
        reason="; ".join(dict.fromkeys(f"{one.place} holds {kind}" for one, kind in found)),
        command=first.command,
        values=first.values,
    )


CHECK = Check(
    id="text.hint",
    practice=Practice.SENSITIVE_TEXT,
    about=SecretPosture,
    title="A hint or an answer stands in clear beside the value",
    severity=Severity.MEDIUM,
    evaluate=evaluate,
    remedy=(
        "Move it into the value, and take it away here; that breaks no reader. Choose another answer where the service "
        "allows it, for CloudTrail keeps the call that set this one."
    ),
    command="aws secretsmanager update-secret --region {region} --secret-id {arn} --description ''",
    sources=("Secrets Manager user guide, best-practices and manage_what-not-to-put-in-secret-text",),
    well_architected=("SEC02-BP03", "SEC07-BP02"),
    blind_spots="English words in common forms are known: a hint in other words, or in another language, is not seen.",
    examples=(
        Example(
            name="a password hint",
            posture=a_secret(description="Password hint: the dog, and the year"),
            violates=True,
        ),
        Example(
            name="an answer in a tag",
            posture=a_secret(tags=(("owner", "orders"), ("maiden-name", "example"))),
            violates=True,
        ),
        Example(
            name="a PIN",
            posture=a_secret(description="Safe on the second floor, PIN: 4711"),
            violates=True,
        ),
        Example(
            name="what the secret holds is no answer",
            posture=a_secret(description="Password hints and recovery answers of the bank's site"),
            violates=False,
        ),
    ),
)
