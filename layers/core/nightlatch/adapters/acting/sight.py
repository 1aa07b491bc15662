"""Looks at the world for acts, part by part, and asks AWS for no more than an act needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from nightlatch.adapters.acting.identities import AwsIdentities
from nightlatch.adapters.acting.keys import AwsKeys
from nightlatch.domain.answering.acting import Need, Seen
from nightlatch.domain.answering.actions import Action
from nightlatch.domain.errors import NotFound, Unavailable
from nightlatch.domain.event.secrets import SecretRef, secret_ref
from nightlatch.domain.secret.copies import Copy
from nightlatch.domain.secret.versions import SecretState
from nightlatch.service.act_ports import Moves, Readers
from nightlatch.service.earlier_lives import copies_of, snapshots_of
from nightlatch.service.ports import Secrets
from nightlatch.service.snapshot_ports import Copies, Descriptions, KeptStates, Snapshots


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsSight:
    """The port `Sight` on AWS and on what nightlatch kept."""

    secrets: Secrets
    descriptions: Descriptions
    snapshots: Snapshots
    copies: Copies
    identities: AwsIdentities
    keys: AwsKeys
    readers: Readers
    moves: Moves
    states: KeptStates | None = None  # what the keeper last did; without it the newest copy is taken for the current

    def look(self, action: Action, needs: Collection[Need]) -> Seen:
        """Look at what the action is on.

        Raises:
            NotFound: It must be there and is not.
            Refused: It lies elsewhere, or a permission is missing.
            Unavailable: AWS could not be asked.
        """
        if action.secret is None:
            return Seen(
                identity=self.identities.describe(action.target) if Need.IDENTITY in needs else None,
                key=self.keys.describe(action.target) if Need.KEY in needs else None,
            )
        return self._look_at_secret(action, action.secret, needs)

    def _look_at_secret(self, action: Action, secret: SecretRef, needs: Collection[Need]) -> Seen:
        there = _by_name(secret) if Need.NAMESAKE in needs else secret
        is_wanted = {Need.SECRET, Need.NAMESAKE} & {*needs}
        try:
            state = self.secrets.describe(there) if is_wanted else None
            metadata = self.descriptions.describe(there).metadata if Need.METADATA in needs else None
        except NotFound:
            if Need.NAMESAKE not in needs:
                raise
            state = metadata = None
        earlier = self._earlier(state, needs)
        copies = copies_of(secret, earlier, self.copies) if Need.COPIES in needs else ()
        kept_under = _kept_under(action, secret)
        return Seen(
            secret=state,
            metadata=metadata,
            snapshots=snapshots_of(kept_under, earlier, self.snapshots, action.at) if Need.SNAPSHOTS in needs else (),
            copies=copies,
            readers=self._readers(state) if Need.READERS in needs else None,
            last_current=self._last_current(copies),
            earlier=earlier,
        )

    def _earlier(self, secret: SecretState | None, needs: Collection[Need]) -> tuple[str, ...]:
        """Give the ARNs that the secret had before; what is to be created again is asked about by its own ARN."""
        is_asked = Need.SECRET in needs and {Need.COPIES, Need.SNAPSHOTS} & {*needs}
        return self.moves.earlier(secret.arn) if secret is not None and is_asked else ()

    def _readers(self, secret: SecretState | None) -> tuple[str, ...] | None:
        """Ask who has read the current version; history that cannot be asked keeps nobody from acting."""
        current = secret.current if secret is not None else None
        if secret is None or current is None or current.created_at is None:
            return None
        there = secret_ref(secret.arn, account_id="", region="", by_aws=True)
        try:
            return self.readers.since(there.keys, current.created_at)
        except Unavailable:
            return None

    def _last_current(self, copies: Collection[Copy]) -> Mapping[str, str]:
        """Say which copied version was current when the keeper last looked: after a rollback it is not the newest."""
        arns = {copy.secret_arn for copy in copies}
        if self.states is None or not arns:
            return {}
        return {arn: kept.copied for arn, kept in self.states.states(sorted(arns)).items() if kept.copied is not None}


def _by_name(secret: SecretRef) -> SecretRef:
    return secret_ref(secret.name, account_id=secret.account_id, region=secret.region)


def _kept_under(action: Action, secret: SecretRef) -> SecretRef:
    """Refer to the secret whose snapshots matter: of one that was created again, the one that it was."""
    return secret_ref(action.was, account_id="", region="", by_aws=True) if action.was else secret
