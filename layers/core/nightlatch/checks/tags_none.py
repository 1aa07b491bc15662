"""The secret has no tags: nobody can say whose it is, and no policy can tell it from the others.

Tags that begin with `aws:` are AWS's own, and do not count.

Source: Security Hub, SecretsManager.5 (system tags are ignored); Secrets Manager user guide, tagging and ABAC.
"""

from __future__ import annotations

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Verdict, Violation
from nightlatch.domain.posture.clear_texts import own_tags
from nightlatch.domain.posture.examples import a_secret
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.terms import Terms


def evaluate(secret: SecretPosture, _terms: Terms) -> Verdict:
    """Fire where nobody has set a tag."""
    return None if any(own_tags(secret)) else Violation(reason="nobody has set a tag on it")


CHECK = Check(
    id="tags.none",
    practice=Practice.PILLAR,
    about=SecretPosture,
    title="It has no tags",
    severity=Severity.LOW,
    evaluate=evaluate,
    remedy=(
        "Say at least whose it is. Where policies go by tags, a new tag can let somebody in or shut somebody out: look "
        "at those first."
    ),
    command="aws secretsmanager tag-resource --region {region} --secret-id {arn} --tags Key=owner,Value=TEAM",
    sources=("Security Hub, SecretsManager.5", "Secrets Manager user guide, managing-secrets_tagging"),
    well_architected=("SEC07-BP01",),
    covers=("SecretsManager.5",),
    blind_spots="Which keys you want everywhere is not asked here, but for one that says whose the secret is.",
    examples=(
        Example(name="none", posture=a_secret(tags=()), violates=True),
        Example(
            name="AWS's own alone",
            posture=a_secret(tags=(("aws:cloudformation:stack-name", "orders"),)),
            violates=True,
        ),
        Example(name="some", posture=a_secret(), violates=False),
    ),
)
