"""The rules about who reads, as far as one record tells."""

from __future__ import annotations

from nightlatch.cli.sigma.parts import CALLED_BY_AWS, FAILED, SigmaPart, api, calls, listed, page
from nightlatch.domain.event.calls import SECRETS_MANAGER_CALLS
from nightlatch.domain.event.events import SECRETS_MANAGER
from nightlatch.domain.judging.findings import Severity

_IDENTITY = page("awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity")
_NAMED = ("{}", "*:secret:{}", "*:secret:{}-??????")  # by name, by partial and by full ARN
_CALLS = [name.name for name in sorted(SECRETS_MANAGER_CALLS, key=lambda call: call.name)]

PARTS = (
    SigmaPart(
        rule="access.root-use",
        title="AWS Secrets Manager Used by Root",
        detects="Detects any call to AWS Secrets Manager by the root user of the account, answered or refused.",
        less="",
        searches={"selection": {**calls(*_CALLS), "userIdentity.type": "Root"}},
        condition="selection",
        falsepositives=("An emergency in which no other way was left",),
        references=(page("IAM/latest/UserGuide/root-user-best-practices"), _IDENTITY),
    ),
    SigmaPart(
        rule="access.root-use",
        variant="break-glass",
        title="AWS Secrets Manager Used by an Emergency Principal",
        detects="Detects any call to AWS Secrets Manager by a role or user that is kept for emergencies.",
        less="",
        searches={
            "selection_calls": calls(*_CALLS),
            "selection_who": [
                {"userIdentity.sessionContext.sessionIssuer.arn|expand": listed("break_glass")},
                {"userIdentity.arn|expand": listed("break_glass")},
            ],
        },
        condition="all of selection_*",
        falsepositives=("A drill that was announced",),
        references=(_IDENTITY,),
    ),
    SigmaPart(
        rule="access.decoy",
        title="AWS Secrets Manager Decoy Touched",
        detects="Detects any call that names a decoy secret, which nothing uses, answered or refused.",
        less=(
            "A declared scanner's look at the metadata is a note for the rule and counts in full here. A refused call "
            "shows its target in the text of the error alone, where a longer name that holds the decoy's counts too. "
            "Decoys that `nightlatch canary` planted stand in its registry: put their names on the list."
        ),
        searches={
            "selection_calls": calls(*(name for name in _CALLS if name != "ListSecrets")),
            "selection_decoy": [
                {"requestParameters.secretId|expand": listed("decoys", *_NAMED)},
                {"requestParameters.secretIdList|expand": listed("decoys", *_NAMED)},
                {"requestParameters.name|expand": listed("decoys")},
                {"errorMessage|contains|expand": listed("decoys")},
            ],
            "filter_main_aws": CALLED_BY_AWS,
        },
        condition="all of selection_* and not 1 of filter_main_*",
        falsepositives=("A scanner that describes every secret", "Infrastructure code that keeps the decoy"),
        references=(api("GetSecretValue"),),
    ),
    SigmaPart(
        rule="access.outside-account",
        title="AWS Secrets Manager Called From Another Account",
        detects="Detects a call to AWS Secrets Manager by a principal of another account than the secret's.",
        less="Accounts that you trust are not left out: list them in a Sigma filter.",
        searches={
            "selection": {**calls(*_CALLS), "userIdentity.accountId|exists": True},
            "filter_main_own": {"userIdentity.accountId|fieldref": "recipientAccountId"},
            "filter_main_endpoint": {"eventCategory": "NetworkActivity"},
        },
        condition="selection and not 1 of filter_main_*",
        falsepositives=("An account of yours, or of a partner, that a resource policy lets in on purpose",),
        references=(_IDENTITY, page("secretsmanager/latest/userguide/auth-and-access_examples_cross")),
    ),
    SigmaPart(
        rule="access.batch-retrieval",
        title="AWS Secrets Manager Batch Retrieval With a Catch-All Filter",
        detects="Detects BatchGetSecretValue with a filter that only leaves things out, and so reaches nearly all.",
        less=(
            "The rule wants every value of every filter to be so wide, which Sigma cannot ask of a list; it also knows "
            "jobs that have used the same filter for days, equal calls that are pages, and the first batch call of a "
            "principal."
        ),
        level=Severity.MEDIUM,
        searches={
            "selection_call": calls("BatchGetSecretValue"),
            "selection_filter": [
                {"requestParameters.filters.values|startswith": "!"},
                {"requestParameters.filters.key": "all", "requestParameters.filters.values|re": "^.?.?$"},
            ],
            "filter_main_failed": FAILED,
        },
        condition="all of selection_* and not 1 of filter_main_*",
        falsepositives=("A job that leaves one tag out and narrows by another filter",),
        references=(api("BatchGetSecretValue"), api("Filter")),
    ),
    SigmaPart(
        rule="access.pending-deletion",
        title="AWS Secrets Manager Secret Awaiting Deletion Is Still Needed",
        detects="Detects a consumer that is refused a value because the secret was marked for deletion.",
        less="The rule tells each consumer once a day and is HIGH where there are two; here each attempt counts alone.",
        searches={
            "selection": {
                "eventSource": SECRETS_MANAGER,
                "eventName": "GetSecretValue",
                "errorCode": "InvalidRequestException",
                "errorMessage|contains": "marked for deletion",
            }
        },
        condition="selection",
        falsepositives=("A consumer that was retired together with its secret and still runs",),
        references=(api("GetSecretValue"), page("secretsmanager/latest/userguide/manage_delete-secret")),
    ),
)
