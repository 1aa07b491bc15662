"""The guard in front of moto: a call with the role of a function passes only if the role's policies allow it.

Everybody else, the people and keys that the stage makes, has every right that no policy of theirs, of a bucket or of a
key takes away. A call that cannot be judged is not let through: it is answered with an error of the stage's own,
logged, kept in `failures` and raised by `raise_failures()`, for a guard that lets pass what it does not understand
would prove nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from nightlatch.local.aws.callers import Caller, account_of, identify
from nightlatch.local.fidelity.conditions import CannotEvaluate
from nightlatch.local.fidelity.deny import NotAPolicy
from nightlatch.local.narrator.calls import ApiCall, Environ, SignedBy, UnknownService, signature, understood
from nightlatch.local.narrator.services import MODELS
from nightlatch.local.permissions import resource_policies
from nightlatch.local.permissions.insides import Insides
from nightlatch.local.permissions.needs import Unmapped, needs, of_a_person
from nightlatch.local.permissions.people import policies_with_denials
from nightlatch.local.permissions.policies import Request, Verdict, decide, decide_denials
from nightlatch.local.permissions.refusals import Refused, denied, not_judged
from nightlatch.local.permissions.roles import NoSuchRole, policies_of, refuse_boundary, refuse_session_policy

logger = logging.getLogger(__name__)

WsgiApp = Callable[[Environ, Any], Iterable[bytes]]
CODE = "StageCannotJudge"
_WITH_KEYS_OR_POLICIES = frozenset({"kms", "s3", "secretsmanager"})
_OUR_OWN = (Unmapped, UnknownService, NoSuchRole, CannotEvaluate, NotAPolicy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One permission that a function's call needed, and whether its role has it."""

    role_arn: str
    session: str  # the function's name, where Lambda lent the role
    request: Request
    verdict: Verdict


OnJudged = Callable[[Judged], None]


class Guard:
    """WSGI middleware that enforces what the policies of callers, buckets and keys say."""

    def __init__(self, app: WsgiApp) -> None:
        self.app = app
        self.failures: list[Exception] = []
        self._roles: frozenset[str] = frozenset()
        self._on_judged: OnJudged | None = None

    def watch(self, roles: Iterable[str], on_judged: OnJudged | None = None) -> None:
        """Judge every call with one of these roles from now on, and tell each judgement."""
        self._roles = frozenset(roles)
        self._on_judged = on_judged

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Let a call pass, or answer as the service would."""
        signed_by = signature(environ)
        refused = None if signed_by is None else self._refusal(environ, signed_by)
        if refused is None:
            return self.app(environ, start_response)
        start_response(refused.status_line, list(refused.headers))
        return [refused.body]

    def raise_failures(self) -> None:
        """Raise what could not be judged so far.

        Raises:
            ExceptionGroup: At least one call could not be judged.
        """
        if self.failures:
            raise ExceptionGroup("calls that could not be judged", self.failures)

    def _refusal(self, environ: Environ, signed_by: SignedBy) -> Refused | None:
        call: ApiCall | None = None
        try:
            account = environ.get("HTTP_X_MOTO_ACCOUNT_ID") or account_of(signed_by.access_key)
            caller = identify(signed_by.access_key, account)
            is_function = caller.session is not None and caller.principal_arn in self._roles
            if not is_function and not _may_be_refused(caller, signed_by):
                return None
            call = understood(environ, signed_by)
            return self._judge_function(call, caller) if is_function else _judge_person(call, caller)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong in judging, the call must not pass
            return not_judged(call, CODE, self._kept(signed_by, error))

    def _judge_function(self, call: ApiCall, caller: Caller) -> Refused | None:
        refuse_session_policy(caller)
        refuse_boundary(caller.principal_arn)
        policies = policies_of(caller.principal_arn)
        for need in needs(call, Insides(caller.account_id, call.signed_by.region)):
            request = _by(caller, need)
            verdict = _with_resource(request, caller, decide(policies, request))
            self._tell(caller, request, verdict)
            if verdict is not Verdict.ALLOWED:
                return denied(call, caller.arn, request, verdict)
        return None

    def _tell(self, caller: Caller, request: Request, verdict: Verdict) -> None:
        """Tell a judgement, unless the role needed nothing: AWS's own keys let everybody in."""
        if self._on_judged is None or (request.granted_elsewhere and verdict is Verdict.ALLOWED):
            return
        session = caller.arn.rpartition("/")[2]
        self._on_judged(Judged(role_arn=caller.principal_arn, session=session, request=request, verdict=verdict))

    def _kept(self, signed_by: SignedBy, error: Exception) -> str:
        """Keep and log what could not be judged; say why in words that may be shown."""
        self.failures.append(error)
        # Our own errors name operations and elements of policies; another's message may quote the request.
        reason = str(error) if isinstance(error, _OUR_OWN) else type(error).__name__
        logger.error("call not judged", extra={"service": signed_by.service, "reason": reason})
        return f"the local stage cannot judge this call: {reason}"


def _may_be_refused(caller: Caller, signed_by: SignedBy) -> bool:
    """Tell whether anything could be said against a call of somebody who has every right."""
    if signed_by.service not in MODELS:
        return False
    return signed_by.service in _WITH_KEYS_OR_POLICIES or bool(policies_with_denials(caller))


def _judge_person(call: ApiCall, caller: Caller) -> Refused | None:
    policies = policies_with_denials(caller)
    for need in of_a_person(call, Insides(caller.account_id, call.signed_by.region)):
        request = _by(caller, need)
        verdict = _with_resource(request, caller, decide_denials(policies, request))
        if verdict is not Verdict.ALLOWED:
            return denied(call, caller.arn, request, verdict)
    return None


def _with_resource(request: Request, caller: Caller, identity: Verdict) -> Verdict:
    """Add what the resource's own policy says; AWS's own keys let everybody in, whatever theirs looks like in moto."""
    return identity if request.granted_elsewhere else resource_policies.judge(request, caller, identity)


def _by(caller: Caller, need: Request) -> Request:
    """Add the keys that every call carries."""
    return replace(need, keys={**caller.condition_keys(), **need.keys})
