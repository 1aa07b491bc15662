"""The port `Premises` on boto3: one account in one Region, for the command line and the auditor alike.

What AWS tells of a secret is put together here with how it is used and with what nightlatch does for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from nightlatch.adapters.clock import Clock
from nightlatch.adapters.posture.endpoints import endpoints_seen
from nightlatch.adapters.posture.function_pages import FunctionPages
from nightlatch.adapters.posture.grants import grants_seen
from nightlatch.adapters.posture.key_states import KeyStates
from nightlatch.adapters.posture.log_groups import LogGroups
from nightlatch.adapters.posture.log_lines import LogLines
from nightlatch.adapters.posture.own_stack import OwnStack
from nightlatch.adapters.posture.questions import Questions
from nightlatch.adapters.posture.rotator_vpcs import vpcs_of_rotators
from nightlatch.adapters.posture.secret_pages import SecretPages
from nightlatch.adapters.posture.trails import trails_seen
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.guarding.guard_texts import stands_in
from nightlatch.domain.posture.accounts import AccountPosture
from nightlatch.domain.posture.secrets import Protected, SecretPosture
from nightlatch.domain.posture.unseen import NOT_COUNTED, NOT_DEPLOYED, Gap
from nightlatch.domain.posture.use import SecretUse
from nightlatch.service.audit_ports import FunctionPage, Protections, SecretPage, Uses


class AwsPremises:
    """An account as AWS gives it; one audit makes one, for it remembers keys and functions that it has met.

    Args:
        clients: Gives the boto3 client of a service.
        account_id: Whose premises.
        region: Where; that of the clients.
        uses: How secrets are used.
        protections: What nightlatch does for them.
        stack: ARN or name of nightlatch's stack; None where none is deployed here.
        now: Gives the moment, from which a scan of log lines goes back.
        scans_lines: Look through the log lines of rotation functions; only where the operator asked for it.
        wants: Tells by its name whether a secret is looked at.
        tick: Gives seconds that only grow.
        pause: Waits so many seconds.
    """

    def __init__(  # noqa: PLR0913 - the world of an audit, part by part
        self,
        clients: Callable[[str], Any],
        *,
        account_id: str,
        region: str,
        uses: Uses,
        protections: Protections,
        now: Clock,
        stack: str | None = None,
        scans_lines: bool = False,
        wants: Callable[[str], bool] = bool,
        tick: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._account_id = account_id
        self._region = region
        self._uses = uses
        self._protections = protections
        self._questions = Questions(clients, tick=tick, pause=pause)
        keys = KeyStates(self._questions, account_id=account_id, region=region)
        self._secrets = SecretPages(self._questions, keys, wants=wants)
        groups = LogGroups(self._questions, LogLines(self._questions, now=now) if scans_lines else None)
        self._functions = FunctionPages(self._questions, groups, account_id=account_id, region=region)
        self._own = OwnStack(self._questions, stack)

    @property
    def account_id(self) -> str:
        """Whose premises they are."""
        return self._account_id

    @property
    def region(self) -> str:
        """Where."""
        return self._region

    @property
    def calls(self) -> int:
        """How many calls were made to AWS so far."""
        return sum(self.calls_by_action.values())

    @property
    def calls_by_action(self) -> Mapping[str, int]:
        """How often each call was made, by IAM action."""
        return self._questions.counts

    def secrets(self, token: str | None) -> SecretPage:
        """Look at the secrets of a page.

        Raises:
            Refused: The list is refused.
            WorldMoved: The list can no longer be gone on with from there.
            Unavailable: AWS could not be asked.
        """
        page = self._secrets.page(token)
        refs = [one.secret for one in page.secrets]
        uses, protections = self._uses.of(refs), self._protections.of(refs)
        return replace(page, secrets=tuple(_known(one, uses, protections) for one in page.secrets))

    def functions(self, token: str | None, rotators: dict[str, tuple[str, ...]]) -> FunctionPage:
        """Look at the functions of a page; those that rotate secrets more closely, and those of them that are gone.

        Raises:
            Refused: The list is refused.
            WorldMoved: The list can no longer be gone on with from there.
            Unavailable: AWS could not be asked.
        """
        return self._functions.page(token, rotators)

    def account(self, secrets: int) -> AccountPosture:
        """Look at what is one for all secrets.

        Raises:
            Unavailable: AWS cannot be reached at all, or does not accept the credentials.
        """
        rules, alarms = self._own.rules_and_alarms()
        vpcs = vpcs_of_rotators(self._questions) if self._functions.vpcs is None else self._functions.vpcs
        known: Mapping[str, Sequence[str]] = {} if isinstance(vpcs, Gap) else vpcs
        return AccountPosture(
            account_id=self._account_id,
            region=self._region,
            secrets=secrets,
            trails=trails_seen(self._questions),
            rules=rules,
            alarms=alarms,
            endpoints=endpoints_seen(self._questions, region=self._region, vpcs=known),
            unplaced=vpcs if isinstance(vpcs, Gap) else self._functions.unplaced,
            grants=grants_seen(self._questions, account_id=self._account_id, region=self._region),
            restore_proven_at=self._protections.restore_proven_at(),
        )


def _known(
    secret: SecretPosture,
    uses: Mapping[SecretRef, SecretUse] | Gap,
    protections: Mapping[SecretRef, Protected] | Gap,
) -> SecretPosture:
    """Put what is known of a secret beside what AWS tells of it."""
    use = uses if isinstance(uses, Gap) else uses.get(secret.secret, NOT_COUNTED)
    known = protections if isinstance(protections, Gap) else protections.get(secret.secret, NOT_DEPLOYED)
    return replace(secret, use=use, protected=_guarded(known, secret.policy_text))


def _guarded(known: Protected | Gap, policy: str | Gap | None) -> Protected | Gap:
    """Say whether the guard stands, by the policy as it is now; what cannot be seen leaves a gap."""
    if isinstance(known, Gap):
        return known
    return policy if isinstance(policy, Gap) else replace(known, is_guarded=stands_in(policy))
