"""After this module a reader knows as whom a function calls AWS on the stage, and why never the real one."""

from __future__ import annotations

from moto.sts.models import sts_backends

from nightlatch.local.deployment import Function

INTO_THE_STAGE = {
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "AWS_EC2_METADATA_DISABLED": "true",
    "NIGHTLATCH_LOOKUP_PAUSE_S": "0",  # the stage's event history has no quota, and its time is short
    "POWERTOOLS_TRACE_DISABLED": "true",  # Powertools would trace as soon as it sees LAMBDA_TASK_ROOT
}
"""What keeps a function from finding this machine's own AWS credentials, and from waiting for quotas."""


def lend_role(function: Function, account: str, region: str) -> dict[str, str]:
    """Assume a function's role for it, as Lambda does: the session is named after the function.

    STS is asked directly and not over HTTP, because it is Lambda that asks and not a caller.
    """
    session = sts_backends[account]["aws"].assume_role(
        region_name=region,
        role_session_name=function.name,
        role_arn=function.role_arn,
        policy="",
        duration=3600,
        external_id="",
    )
    return {
        "AWS_ACCESS_KEY_ID": session.access_key_id,
        "AWS_SECRET_ACCESS_KEY": session.secret_access_key,
        "AWS_SESSION_TOKEN": session.session_token,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
    }
