"""Whether a caller is AWS itself or a rotation at work: the two whose reads are no theft.

Neither is taken from anything a caller can choose: CloudTrail sets `invokedBy`, and only AWS creates roles under
the path `/aws-service-role/`.

Source: CloudTrail user guide, userIdentity element; IAM user guide, service-linked roles.
"""

from __future__ import annotations

from nightlatch.domain.baseline import Baseline
from nightlatch.domain.events import SecretEvent
from nightlatch.domain.principals import Principal, PrincipalKind

_SERVICE_LINKED = ":role/aws-service-role/"


def is_aws_service(principal: Principal) -> bool:
    """Tell whether AWS made the call, for itself or on the way of something it was asked to do."""
    if principal.kind is PrincipalKind.SERVICE or _SERVICE_LINKED in principal.key:
        return True
    return principal.is_through_aws


def is_rotating(event: SecretEvent, baseline: Baseline) -> bool:
    """Tell whether a role of a rotation function calls inside an open rotation of this very secret.

    Lambda names the session of a function's role after the function. Where the inventory names no rotation function
    at all, any role that is not a person may be the one.
    """
    who = event.principal
    if event.secret is None or who.kind is not PrincipalKind.ROLE or who.is_person:
        return False
    registered = baseline.inventory.rotation_functions
    if registered and not baseline.inventory.is_rotation_function(who.session_name or ""):
        return False
    return baseline.rotation_open(event.secret, event.at)
