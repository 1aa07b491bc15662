"""What AWS's names for errors mean at any service: not now, not you, or not by these credentials.

Source: Secrets Manager, IAM and KMS API references, common errors; Secrets Manager user guide, reference_limits (what
is worth another try); IAM user guide, how denials by a policy are worded.
"""

from __future__ import annotations

import re

_SERVER_ERROR = 500
_LATER = (
    *("Throttl", "RequestThrottled", "TooManyRequests", "RequestLimitExceeded", "BandwidthLimitExceeded", "SlowDown"),
    *("LimitExceededRate", "ProvisionedThroughputExceeded", "TransactionInProgress", "PriorRequestNotComplete"),
    *("RequestTimeout", "ServiceUnavailable", "ServiceFailure", "Internal", "KMSInternal", "DependencyTimeout"),
    *("EntityTemporarilyUnmodifiable", "Concurrent"),
)
_DENIED = ("AccessDenied", "NotAuthorized", "UnauthorizedOperation")
_NOT_SIGNED_IN = ("ExpiredToken", "UnrecognizedClient", "InvalidClientTokenId")
_EXPLICIT = re.compile(r"explicit deny in an? ([a-z -]+)")
_KEY = re.compile(r"\bKMS\b")


def is_for_later(code: str, status: int) -> bool:
    """Tell whether the same call may succeed a moment later."""
    return code.startswith(_LATER) or status >= _SERVER_ERROR


def is_signed_out(code: str) -> bool:
    """Tell whether AWS does not accept the credentials, so that no other call will fare better."""
    return code.startswith(_NOT_SIGNED_IN)


def is_denied(code: str) -> bool:
    """Tell whether the caller lacks the permission."""
    return code.startswith(_DENIED)


def why_not_permitted(code: str, said: str, action: str) -> str | None:
    """Say what stands against the caller, and what to do; None where the refusal is about something else.

    Args:
        code: AWS's name for the error.
        said: AWS's own words.
        action: The IAM action that was needed.
    """
    if code.startswith(_NOT_SIGNED_IN):
        return f"AWS does not accept the credentials ({code}); sign in again"
    if not code.startswith(_DENIED):
        return None
    explicit = _EXPLICIT.search(said)
    if explicit is not None:
        return f"not permitted; a {explicit[1].strip()} denies it ({action}), and no permission outweighs that"
    if _KEY.search(said):
        return "the KMS key may not be used; allow kms:Decrypt and kms:GenerateDataKey in its policy"
    return f"not permitted; add {action} to the role that acts"
