"""Looks at the world for acts, part by part, and asks AWS for no more than an act needs."""

from __future__ import annotations

from collections.abc import Collection

from nightlatch.domain.acting import Need, Seen
from nightlatch.domain.actions import Action
from nightlatch.domain.versions import SecretState
from nightlatch.service.ports import Secrets


class AwsSight:
    """The port `Sight` on AWS."""

    def __init__(self, *, secrets: Secrets) -> None:
        self._secrets = secrets

    def look(self, action: Action, needs: Collection[Need]) -> Seen:
        """Look at what the action is on.

        Raises:
            NotFound: It must be there and is not.
            Refused: It lies elsewhere, or a permission is missing.
            Unavailable: AWS could not be asked.
        """
        secret = action.secret if Need.SECRET in needs else None
        state = self._secrets.describe(secret) if secret is not None else None
        return Seen(secret=state, policy_text=self._policy_text(action, state) if Need.POLICY in needs else None)

    def _policy_text(self, action: Action, state: SecretState | None) -> str | None:
        """Leave out a secret that waits to be deleted: AWS refuses to give its policy."""
        if action.secret is None or (state is not None and state.deleted_at is not None):
            return None
        return self._secrets.policy_text(action.secret)
