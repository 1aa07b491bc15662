"""Looks at the world for acts, part by part, and asks AWS for no more than an act needs."""

from __future__ import annotations

from collections.abc import Collection

from nightlatch.adapters.acting.identities import AwsIdentities
from nightlatch.adapters.acting.keys import AwsKeys
from nightlatch.domain.acting import Need, Seen
from nightlatch.domain.actions import Action
from nightlatch.service.ports import Secrets


class AwsSight:
    """The port `Sight` on AWS."""

    def __init__(self, *, secrets: Secrets, identities: AwsIdentities, keys: AwsKeys) -> None:
        self._secrets = secrets
        self._identities = identities
        self._keys = keys

    def look(self, action: Action, needs: Collection[Need]) -> Seen:
        """Look at what the action is on.

        Raises:
            NotFound: It must be there and is not.
            Refused: It lies elsewhere, or a permission is missing.
            Unavailable: AWS could not be asked.
        """
        secret = action.secret if Need.SECRET in needs else None
        return Seen(
            secret=self._secrets.describe(secret) if secret is not None else None,
            identity=self._identities.describe(action.target) if Need.IDENTITY in needs else None,
            key=self._keys.describe(action.target) if Need.KEY in needs else None,
        )
