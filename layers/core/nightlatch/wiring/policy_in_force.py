"""Which policy a process works by: the stored one, or where that is refused the last good one, and what was refused."""

from __future__ import annotations

import logging
from dataclasses import replace

from nightlatch.adapters.parameter_store import Document, Parameter
from nightlatch.config import Settings
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.answering.policy_notes import RefusedPolicy
from nightlatch.domain.errors import InvalidPolicy, Unavailable
from nightlatch.policy_file import parse_stored_policy

MOST_BACK = 10  # versions that are looked at for a good one
_LOGGER = logging.getLogger(__name__)


class PolicyInForce:
    """The policy of one process.

    Args:
        parameter: Where the policy is stored.
        settings: What the function is told.
        reaches_back: Whether a process that starts with a bad one takes an earlier version, as one that runs goes on
            with the last good one. Who judges does, for in silence nobody is told anything; who acts does not.
    """

    def __init__(self, parameter: Parameter, settings: Settings, *, reaches_back: bool = False) -> None:
        self.parameter = parameter
        self.refused: RefusedPolicy | None = None  # what was last read, where it is no policy
        self._settings = settings
        self._reaches_back = reaches_back
        self._last_good: tuple[str, Policy] | None = None

    def policy(self) -> Policy:
        """Give the policy as it stands; a bad new one leaves the last good one in force and is told in the log.

        Raises:
            InvalidPolicy: The stored one is bad and there is no last good one.
            Unavailable: It could not be read.
        """
        document = self.parameter.read()
        if self._last_good is not None and self._last_good[0] == document.text:
            return self._last_good[1]
        try:
            policy = self._parsed(document)
            self.refused = None
        except InvalidPolicy as error:
            good = self._last_good[1] if self._last_good is not None else self._earlier(document)
            self.refused = _refused(document, str(error), good)
            if good is None:
                raise
            _LOGGER.error("policy refused; the last good one stays in force", extra={"reason": str(error)})  # noqa: TRY400 - the message says all; a traceback may quote the document
            policy = good
        self._last_good = (document.text, policy)
        return policy

    def _earlier(self, document: Document) -> Policy | None:
        """Find the newest of some earlier versions that is a policy."""
        oldest = document.version - MOST_BACK if self._reaches_back else document.version
        while document.version > max(oldest, 1):
            try:
                document = self.parameter.before(document.version)
                return self._parsed(document)
            except InvalidPolicy:
                continue
            except Unavailable as error:  # it is as if there were none; the bad one is told all the same
                _LOGGER.warning("no earlier policy could be read", extra={"reason": str(error)})
                return None
        return None

    def _parsed(self, document: Document) -> Policy:
        where = f"parameter {self._settings.policy_parameter}"
        policy = parse_stored_policy(document.text, where=where).to_domain(
            own_roles=self._settings.own_roles, acting_role=self._settings.acting_role
        )
        return replace(policy, containment=self._settings.contain == "yes")


def _refused(document: Document, why: str, good: Policy | None) -> RefusedPolicy:
    return RefusedPolicy(
        arn=document.arn,
        version=document.version,
        stored_at=document.stored_at,
        why=why,
        in_force=good.digest if good is not None else "",
    )
