"""The guard in front of moto: a call with the role of a function passes only if the role's policies allow it.

Everybody else, the people and keys that the stage makes, has every right. A call that cannot be judged is not let
through: it is answered with an error of the stage's own, logged, kept in `failures` and raised by `raise_failures()`,
for a guard that lets pass what it does not understand would prove nothing.
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
from nightlatch.local.permissions.insides import Insides
from nightlatch.local.permissions.needs import Unmapped, needs
from nightlatch.local.permissions.policies import Request, Verdict, decide
from nightlatch.local.permissions.refusals import Refused, denied, not_judged
from nightlatch.local.permissions.roles import NoSuchRole, policies_of, refuse_session_policy

logger = logging.getLogger(__name__)

WsgiApp = Callable[[Environ, Any], Iterable[bytes]]
CODE = "StageCannotJudge"
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
    """WSGI middleware that enforces the identity policies of some roles."""

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
        caller = self._watched(environ, signed_by) if signed_by is not None else None
        if signed_by is None or caller is None:
            return self.app(environ, start_response)
        call: ApiCall | None = None
        try:
            call = understood(environ, signed_by)
            refused = self._judge(call, caller)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong in judging, the call must not pass
            refused = not_judged(call, CODE, self._kept(signed_by, error))
        if refused is None:
            return self.app(environ, start_response)
        start_response(refused.status_line, list(refused.headers))
        return [refused.body]

    def raise_failures(self) -> None:
        """Raise what could not be judged so far.

        Raises:
            ExceptionGroup: At least one call of a function's role could not be judged.
        """
        if self.failures:
            raise ExceptionGroup("calls of functions' roles that could not be judged", self.failures)

    def _watched(self, environ: Environ, signed_by: SignedBy) -> Caller | None:
        if not self._roles:
            return None
        account = environ.get("HTTP_X_MOTO_ACCOUNT_ID") or account_of(signed_by.access_key)
        caller = identify(signed_by.access_key, account)
        return caller if caller.session is not None and caller.principal_arn in self._roles else None

    def _judge(self, call: ApiCall, caller: Caller) -> Refused | None:
        refuse_session_policy(caller)
        policies = policies_of(caller.principal_arn)
        inside = Insides(caller.account_id, call.signed_by.region)
        for need in needs(call, inside):
            request = _by(caller, need)
            verdict = decide(policies, request)
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


def _by(caller: Caller, need: Request) -> Request:
    """Add the keys that every call carries."""
    return replace(need, keys={**caller.condition_keys(), **need.keys})
