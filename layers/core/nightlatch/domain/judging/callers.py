"""Whether a caller is AWS itself or a rotation at work, the two whose reads are no theft, or a person.

None is taken from anything a caller can choose: CloudTrail sets `invokedBy`, and only AWS creates roles under
the path `/aws-service-role/`.

Source: CloudTrail user guide, userIdentity element; IAM user guide, service-linked roles.
"""

from __future__ import annotations

from datetime import timedelta

from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.event.principals import Principal, PrincipalKind
from nightlatch.domain.event.resources import is_same_resource
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.history.sightings import succeeded
from nightlatch.domain.judging.baseline import LATENESS, Baseline
from nightlatch.domain.judging.rotations import rotators_of
from nightlatch.domain.judging.rules import Wait

_SERVICE_LINKED = ":role/aws-service-role/"
_OPEN_AT_MOST = timedelta(days=1)


def is_aws_service(principal: Principal) -> bool:
    """Tell whether AWS made the call for itself; one that it made on a caller's way is still the caller's."""
    return principal.kind is PrincipalKind.SERVICE or _SERVICE_LINKED in principal.key


def is_human(principal: Principal) -> bool:
    """Tell people from workloads by what AWS says of them: Identity Center, federation, root, a second factor."""
    signed_in = principal.kind in {PrincipalKind.FEDERATED, PrincipalKind.ROOT}
    return principal.is_person or signed_in or (principal.kind is PrincipalKind.USER and principal.mfa is True)


def may_be_human(principal: Principal) -> bool:
    """Tell whether somebody may sit behind a caller: of an IAM user and of the console one cannot say otherwise."""
    return is_human(principal) or principal.from_console is True or principal.kind is PrincipalKind.USER


def is_rotating(event: SecretEvent, baseline: Baseline) -> bool:
    """Tell whether a role of a rotation function calls inside an open rotation of this very secret.

    Lambda names the session of a function's role after the function. Where no rotation function is known at all, any
    role that is not a person may be the one; a function that a call has just set is known by that call. Whoever may
    assume a role can name a session likewise: so where the inventory does not know the role, and the secret was rotated
    before, it must be the role that staged its versions then. And whoever may make a secret can have it rotated by what
    is theirs: what the inventory found rotates the secrets that it was found with, and no other. Nor does a
    function ask for its rotation itself: a thief would name its own role, and read while the rotation lasts.
    """
    who, inventory = event.principal, baseline.inventory
    if event.secret is None or not _may_rotate(who):
        return False
    called = _function_called(event, event.secret, baseline)
    is_set = _is_named(called, who) and not inventory.rotation_functions  # the operator's list outranks a call
    if not (is_set or may_be_rotation_function(who, baseline)) or not baseline.rotation_open(event.secret, event.at):
        return False
    if _asked_itself(event, event.secret, baseline):
        return False
    listed = inventory.holdings.before(event.secret, event.at)
    function = called or (listed.rotated_by if listed is not None else None)
    if _is_named(function, who):
        if inventory.knows_role_of(who):
            return True
    elif function is not None and inventory.found_to_rotate(who):
        return False
    rotators = rotators_of(event.secret, event.at, baseline)
    return not rotators or who.key in rotators


def unless_it_has_ended(event: SecretEvent, baseline: Baseline) -> Wait | None:
    """Take a call for a step of a rotation that seems open: it is judged again when the end's record cannot be late.

    A call of a known pair is none that a rule counts, so no rotation needs to explain it.
    """
    call = baseline.by_principal.find(event.event_id)
    return None if baseline.elapsed or (call is not None and call.known) else Wait(LATENESS)


def may_be_rotation_function(principal: Principal, baseline: Baseline) -> bool:
    """Tell whether a caller is a registered rotation function's role, or may be one where none is registered.

    A service-linked role rotates what its service manages, which no inventory of functions can name.
    """
    if not _may_rotate(principal):
        return False
    inventory = baseline.inventory
    managed = _SERVICE_LINKED in principal.key
    return managed or not inventory.knows_rotation_functions or inventory.rotates_as(principal)


def _may_rotate(principal: Principal) -> bool:
    """Tell whether a caller is a role that Lambda may have taken; the rest is what AWS says of other sessions."""
    is_no_function = principal.mfa is True or principal.from_console is True or principal.is_instance
    is_role = principal.kind is PrincipalKind.ROLE and not principal.is_person
    return is_role and (_SERVICE_LINKED in principal.key or not is_no_function)


def _function_called(event: SecretEvent, secret: SecretRef, baseline: Baseline) -> str | None:
    """Give the function or role that the last RotateSecret before named: the inventory learns of it an hour late."""
    calls = baseline.done_to(secret, "RotateSecret").only(succeeded).before(event.at)
    return next((call.function for call in reversed(calls) if call.function), None)


def _is_named(function: str | None, who: Principal) -> bool:
    """Tell whether a function or role is this caller's, by its session's name or its role."""
    return function is not None and any(is_same_resource(function, name) for name in (who.session_name or "", who.key))


def _asked_itself(event: SecretEvent, secret: SecretRef, baseline: Baseline) -> bool:
    """Tell whether the caller has asked for the rotation that may be open: one is open for a day at most."""
    calls = baseline.done_to(secret, "RotateSecret").only(succeeded).between(event.at - _OPEN_AT_MOST, event.at)
    return any(call.principal == event.principal.key for call in calls)
