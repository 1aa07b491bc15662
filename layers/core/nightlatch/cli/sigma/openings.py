"""The rules about policies, replicas and tags, as far as one record tells."""

from __future__ import annotations

from nightlatch.cli.sigma.parts import FAILED, YES, Search, SigmaPart, api, calls, page
from nightlatch.domain.judging.findings import Severity

_POLICIES = page("secretsmanager/latest/userguide/auth-and-access_resource-policies")
_OUR_TAGS = "nightlatch:"
_EVERYBODY: Search = {
    # The text is the caller's: any blanks, a list or not. Sigma's expressions know few signs: a class stands for them.
    "requestParameters.resourcePolicy|re": [
        '"Principal"[^"]*"[*]"',
        '"AWS"[^"]*"[*]"',
    ]
}
_ALLOWS: Search = {"requestParameters.resourcePolicy|re": '"Effect"[^"]*"Allow"'}

PARTS = (
    SigmaPart(
        rule="policy.public",
        title="AWS Secrets Manager Secret Policy for Everybody",
        detects="Detects a resource policy that allows something and names everybody as a principal.",
        less=(
            "Sigma reads the policy as a text: conditions that narrow it, a Deny to everybody beside an Allow, "
            "NotPrincipal, services and wildcards within ARNs are told apart by the rule alone. So what is CRITICAL "
            "for the rule is one level lower here. A log that escapes the policy's quotes needs other expressions."
        ),
        level=Severity.HIGH,
        searches={
            "selection_call": calls("PutResourcePolicy"),
            "selection_everybody": _EVERYBODY,
            "selection_allows": _ALLOWS,
            "filter_main_failed": FAILED,
        },
        condition="all of selection_* and not 1 of filter_main_*",
        falsepositives=(
            "A statement for everybody that a condition narrows, to an organisation or an endpoint",
            "A guard: a Deny for everybody beside an Allow for somebody",
        ),
        references=(api("PutResourcePolicy"), _POLICIES),
    ),
    SigmaPart(
        rule="policy.public",
        variant="stopped",
        title="AWS Secrets Manager Public Policy Stopped by AWS",
        detects="Detects a resource policy that AWS refused because it would have let everybody in.",
        less="",
        level=Severity.MEDIUM,
        searches={"selection": {**calls("PutResourcePolicy"), "errorCode": "PublicPolicyException"}},
        condition="selection",
        falsepositives=("A template that was written in good faith",),
        references=(api("PutResourcePolicy"),),
    ),
    SigmaPart(
        rule="replica.cross-account",
        title="AWS Secrets Manager Secret Tied to Another Account",
        detects="Detects a secret that is copied to, or from, another account: the copy follows every rotation.",
        less="To a trusted account of the same organisation it is MEDIUM for the rule; here no account is known.",
        searches={
            "selection_tied": calls("AssociateCrossAccountReplica", "AcceptCrossAccountReplication"),
            "selection_made": {**calls("CreateSecret"), "requestParameters.crossAccountPrimaryARN|exists": True},
            "filter_main_failed": FAILED,
        },
        condition="1 of selection_* and not 1 of filter_main_*",
        falsepositives=("A replica in an account of yours, planned for a disaster",),
        references=(page("secretsmanager/latest/userguide/replicate-secrets"),),
    ),
    SigmaPart(
        rule="replica.cross-account",
        variant="untied",
        title="AWS Secrets Manager Secret Untied From Another Account",
        detects="Detects the end of a copy in another account: what was copied before stays there.",
        less="",
        level=Severity.LOW,
        searches={"selection": calls("DisassociateCrossAccountReplica"), "filter_main_failed": FAILED},
        condition="selection and not 1 of filter_main_*",
        falsepositives=("A clean-up that was planned",),
        references=(page("secretsmanager/latest/userguide/replicate-secrets"),),
    ),
    SigmaPart(
        rule="replica.unapproved",
        title="AWS Secrets Manager Replica Cut Loose or Made Over a Namesake",
        detects="Detects a replica that becomes a secret of its own, or one that overwrites a secret of its name.",
        less=(
            "The rule also knows approved Regions and keys, the last replica taken away, and a copy that is made and "
            "cut loose within a day, which is CRITICAL."
        ),
        searches={
            "selection_cut_loose": calls("StopReplicationToReplica"),
            "selection_over": {
                **calls("ReplicateSecretToRegions", "CreateSecret"),
                "requestParameters.addReplicaRegions.region|exists": True,
                "requestParameters.forceOverwriteReplicaSecret": YES,
            },
            "filter_main_failed": FAILED,
        },
        condition="1 of selection_* and not 1 of filter_main_*",
        falsepositives=("A move of the primary to another Region",),
        references=(api("StopReplicationToReplica"), api("ReplicateSecretToRegions")),
    ),
    SigmaPart(
        rule="change.protection-tags",
        title="AWS Secrets Manager Nightlatch Tag Set",
        detects="Detects a tag of nightlatch that is set on a secret: such tags say how the secret is watched.",
        less="Tags that the secret's policy asks for, and credentials in tags or description, the rule alone knows.",
        searches={
            "selection": {**calls("TagResource"), "requestParameters.tags.key|startswith": _OUR_TAGS},
            "filter_main_failed": FAILED,
        },
        condition="selection and not 1 of filter_main_*",
        falsepositives=("Infrastructure code that sets the tag at each run",),
        references=(api("TagResource"),),
    ),
    SigmaPart(
        rule="change.protection-tags",
        variant="taken-away",
        title="AWS Secrets Manager Nightlatch Tag Taken Away",
        detects="Detects a tag of nightlatch that is taken from a secret: such tags say how the secret is watched.",
        less="Tags that the secret's own policy asks for the rule alone knows.",
        level=Severity.HIGH,
        searches={
            "selection": {**calls("UntagResource"), "requestParameters.tagKeys|startswith": _OUR_TAGS},
            "filter_main_failed": FAILED,
        },
        condition="selection and not 1 of filter_main_*",
        falsepositives=("A clean-up of tags",),
        references=(api("UntagResource"),),
    ),
)
