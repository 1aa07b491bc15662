"""What the records show of a rotation: whose step a call is.

Source: Secrets Manager user guide, rotate-secrets_lambda-functions; Lambda developer guide, execution role (the session
bears the function's name).
"""

from __future__ import annotations

from nightlatch.domain.baseline import Baseline
from nightlatch.domain.events import SecretEvent
from nightlatch.domain.principals import PrincipalKind


def is_rotation_function(event: SecretEvent, baseline: Baseline) -> bool:
    """Tell whether the caller is the role of a registered rotation function, by its session's name."""
    session = event.principal.session_name
    return (
        event.principal.kind is PrincipalKind.ROLE
        and session is not None
        and baseline.inventory.is_rotation_function(session)
    )
