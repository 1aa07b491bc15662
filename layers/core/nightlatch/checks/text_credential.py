"""A description or a tag holds what looks like a credential: neither is encrypted, and many may read both.

Whoever lists secrets sees them without any right to a value, and CloudTrail keeps the call that set them.

Source: Secrets Manager user guide, what not to put in secret text and security-encryption; design facts 2.1.
"""

from __future__ import annotations

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Verdict, Violation
from nightlatch.domain.posture.clear_texts import ClearText, clear_texts
from nightlatch.domain.posture.examples import a_secret
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.secret.credential_texts import credential_in
from nightlatch.domain.secret.random_texts import random_token_in

_RANDOM = "a word that looks like a random token"


def evaluate(secret: SecretPosture, _terms: Terms) -> Verdict:
    """Fire on a known form of credential, more mildly on a word that looks drawn by chance."""
    found = [(one, kind) for one in clear_texts(secret) if (kind := _kind(one)) is not None]
    if not found:
        return None
    first, _ = min(found, key=lambda pair: pair[1] == _RANDOM)
    is_doubtful = all(kind == _RANDOM for _, kind in found)
    return Violation(
        reason="; ".join(dict.fromkeys(f"{one.place} holds {kind}" for one, kind in found)),
        severity=Severity.MEDIUM if is_doubtful else None,
        command=first.command,
        values=first.values,
    )


def _kind(one: ClearText) -> str | None:
    return credential_in([one.text]) or (_RANDOM if random_token_in([one.text]) else None)


# A form that every scanner knows, put together here so that none of them takes this file for a leak.
_KEY = "AKIA" + "IOSFODNN7EXAMPLE"
_TOKEN = "q7Xz2Kp9" + "Vw4Rt8Yb1Nc6Md3F"

CHECK = Check(
    id="text.credential",
    practice=Practice.SENSITIVE_TEXT,
    about=SecretPosture,
    title="What looks like a credential stands in clear beside the value",
    severity=Severity.HIGH,
    evaluate=evaluate,
    remedy=(
        "Take it for known: change the credential where it is used, and keep the new one in the secret's value alone. "
        "Then take the text away; that changes no value and breaks no reader, unless a policy asks for the tag. "
        "CloudTrail keeps what it has recorded."
    ),
    command="aws secretsmanager update-secret --region {region} --secret-id {arn} --description ''",
    sources=("Secrets Manager user guide, manage_what-not-to-put-in-secret-text and security-encryption",),
    well_architected=("SEC02-BP03", "SEC07-BP02"),
    blind_spots=(
        "Forms are known, meanings are not: a password of plain words without `password:` before it looks like words, "
        "and a random word of fewer than 20 signs, or in hexadecimal, looks like an identifier. The command names the "
        "first place alone."
    ),
    examples=(
        Example(name="an access key in the description", posture=a_secret(description=f"key {_KEY}"), violates=True),
        Example(name="a password in a tag", posture=a_secret(tags=(("db-password", "hunter2!"),)), violates=True),
        Example(
            name="a random word in a tag",
            posture=a_secret(tags=(("owner", "orders"), ("backup", _TOKEN))),
            violates=True,
            severity=Severity.MEDIUM,
        ),
        Example(
            name="ids, digests and ARNs are names",
            posture=a_secret(
                description="1b7a0c0e-0000-4000-8000-00000000000a of arn:aws:iam::111122223333:role/Rot8Db1Keys2Ab4C",
                tags=(("commit", "3f786850e387550fdab836ed7e6dc881de23001b"), ("id", "OrdersDbSecretA3F9B2C1")),
            ),
            violates=False,
        ),
    ),
)
