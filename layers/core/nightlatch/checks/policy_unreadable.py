"""The resource policy cannot be read in one way: what it lets in, and whom it shuts out, nobody can say.

AWS checks what it is given, so that this should not be. Where it is, no other check of the policy is right.

Source: Secrets Manager API reference, PutResourcePolicy (MalformedPolicyDocumentException); IAM user guide, grammar of
JSON policies.
"""

from __future__ import annotations

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Verdict, Violation
from nightlatch.domain.posture.examples import a_policy, a_secret, an_allowance
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.stated_policies import unreadable
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import seen


def evaluate(secret: SecretPosture, _terms: Terms) -> Verdict:
    """Fire on a text that is no JSON object with statements, or has a name twice."""
    text = seen(secret.policy_text)
    if text is None or not unreadable(text):
        return None
    return Violation(reason=f"its policy of {len(text)} characters is no JSON policy that can be read in one way")


_TWICE = '{"Statement": [], "Statement": []}'

CHECK = Check(
    id="policy.unreadable",
    practice=Practice.PILLAR,
    about=SecretPosture,
    title="Its resource policy cannot be read",
    severity=Severity.MEDIUM,
    evaluate=evaluate,
    remedy="Look at the policy, and write it anew; until then take it that the secret is open to whom it might name.",
    command="aws secretsmanager get-resource-policy --region {region} --secret-id {arn}",
    sources=("Secrets Manager API reference, PutResourcePolicy", "IAM user guide, reference_policies_grammar"),
    well_architected=("SEC03-BP07",),
    of_managed=True,
    blind_spots="Of a policy that can be read, an action or a condition key that AWS does not know is not told.",
    examples=(
        Example(name="no JSON", posture=a_secret(policy_text="{"), violates=True),
        Example(name="a name twice", posture=a_secret(policy_text=_TWICE), violates=True),
        Example(name="no statement", posture=a_secret(policy_text="{}"), violates=True),
        Example(name="a policy", posture=a_secret(policy_text=a_policy(an_allowance("*"))), violates=False),
        Example(name="none", posture=a_secret(policy_text=None), violates=False),
    ),
)
