"""No tag says whose the secret is: when it leaks at night, nobody knows whom to wake.

Source: AWS general reference, tagging best practices; Security Hub, SecretsManager.5 (requiredTagKeys); configuration
of nightlatch, routing by tags.
"""

from __future__ import annotations

from nightlatch.domain.account.holding import ROUTING_TAGS
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Spared, Verdict, Violation
from nightlatch.domain.posture.clear_texts import own_tags
from nightlatch.domain.posture.examples import a_secret
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.terms import Terms


def evaluate(secret: SecretPosture, _terms: Terms) -> Verdict:
    """Fire where none of the tags by which findings are routed has a value, in whatever case its key is written."""
    tags = tuple(own_tags(secret))
    if not tags:
        return Spared("it has no tags at all, which is told by itself")
    if any(key.lower() in ROUTING_TAGS and value.strip() for key, value in tags):
        return None
    return Violation(reason=f"none of its tags {', '.join(ROUTING_TAGS)} says whose it is")


CHECK = Check(
    id="tags.no-owner",
    practice=Practice.PILLAR,
    about=SecretPosture,
    title="No tag says whose it is",
    severity=Severity.LOW,
    evaluate=evaluate,
    remedy=(
        "Tag it with its owner; nightlatch sends what it finds by that tag. Where policies go by tags, look at those "
        "first."
    ),
    command="aws secretsmanager tag-resource --region {region} --secret-id {arn} --tags Key=owner,Value=TEAM",
    sources=("AWS general reference, tag best practices", "Security Hub, SecretsManager.5 (requiredTagKeys)"),
    well_architected=("SEC07-BP01",),
    covers=("SecretsManager.5",),
    blind_spots="That somebody of that name still works on it, no tag says.",
    examples=(
        Example(name="other tags alone", posture=a_secret(tags=(("tier", "standard"),)), violates=True),
        Example(name="an empty owner", posture=a_secret(tags=(("owner", " "),)), violates=True),
        Example(name="an owner", posture=a_secret(), violates=False),
        Example(name="a team, in another case", posture=a_secret(tags=(("Team", "orders"),)), violates=False),
        Example(name="no tags", posture=a_secret(tags=()), violates=False),
    ),
)
