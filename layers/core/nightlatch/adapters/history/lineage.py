"""What a new role inherits: who made it is kept as a pair, the rest is read off whenever its trail is read.

The role is kept with its maker, like a secret with the function that rotates it. The reads on a role's trail get their
mark when somebody looks, never when they are stored: so it is the same whether the record of the making comes before
them or behind them. Nothing is asked for a trail without unknown reads, nor where no deployer was declared.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from nightlatch.adapters.history.surroundings import maturity_at
from nightlatch.adapters.history.trails import Trails
from nightlatch.adapters.history.uses import Kind, PairKey, Touch, Uses, keys_of, moment_of, pair_before
from nightlatch.adapters.history.windows import principal_trail
from nightlatch.domain.account.lineage import GRACE, Deployer, Making, hands_down, role_made
from nightlatch.domain.account.role_names import family_of, is_same_but_for_release
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.history.pairs import FORGOTTEN_AFTER
from nightlatch.domain.history.sightings import Sighting
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.history.value_reads import is_own_read, is_unknown
from nightlatch.domain.judging.baseline import Maturity

_READS = ("GetSecretValue", "ListSecrets")  # what rules judge that ask whether reads are inherited


def made_by(event: SecretEvent) -> Iterator[Touch]:
    """Say who made a role, where that is what an event shows."""
    role = role_made(event)
    if role is not None:
        yield Touch(PairKey(_making(role), event.principal.key), Kind.SHOWN, event.at)


@dataclass(frozen=True, slots=True)
class Lineage:
    """What roles inherit, asked of the store.

    Args:
        trails: The store, asked about roles with unknown reads, and of the young among them about those secrets.
        deployers: As the operator declared them.
        young: What a history of less than 14 days counts as; where that is nothing, nothing is inherited (ruling 35).
    """

    trails: Trails
    deployers: Collection[Deployer]
    young: Maturity

    def inherited(
        self, events: Iterable[SecretEvent], found: Mapping[str, Trail], since: datetime | None
    ) -> dict[str, Trail]:
        """Give anew the trails on which new roles read what the roles that they replace were known to read.

        Args:
            events: What is judged.
            found: Trails, those of the principals of all events among them.
            since: When learning began.

        Raises:
            Unavailable: The store could not be asked.
        """
        if not self.deployers:
            return {}
        of_roles = {principal_trail(event) for event in events if _may_inherit(event)} & found.keys()
        strange = {name: [read for read in found[name] if self._is_strange(read, since)] for name in of_roles}
        reads = [read for some in strange.values() for read in some]
        makings = self.trails.partners({_making(read.principal) for read in reads})
        asked = {read: made for read in reads if (made := self._made(read, makings))}
        if not asked:
            return {}
        pairs = _Pairs.of(asked, self.trails)
        inherited = {read.event_id for read, made in asked.items() if pairs.inherits(read, made)}
        renewed = [name for name, some in strange.items() if any(read.event_id in inherited for read in some)]
        return {name: _marked(found[name], inherited) for name in renewed}

    def _is_strange(self, read: Sighting, since: datetime | None) -> bool:
        """Tell whether a sighting is a read of an unknown pair, where history counts."""
        is_unknown_read = read.name == "GetSecretValue" and is_unknown(read) and is_own_read(read)
        return is_unknown_read and maturity_at(read.at, since, self.young) is not Maturity.NONE

    def _made(self, read: Sighting, makings: Mapping[str, Mapping[str, Uses]]) -> tuple[datetime, ...]:
        shown = makings.get(_making(read.principal), {})
        all_makings = (Making(who, moment_of(time)) for who, uses in shown.items() for time in uses.values())
        return hands_down(all_makings, self.deployers, read.at)


def _may_inherit(event: SecretEvent) -> bool:
    """Tell whether an event is judged by what its principal inherits."""
    who = event.principal
    return event.called(*_READS) and not who.is_person and family_of(who.key) is not None


def _making(role: str) -> str:
    return f"made:{role}"


def _marked(trail: Trail, inherited: Collection[str]) -> Trail:
    return Trail.of(replace(read, inherited=True) if read.event_id in inherited else read for read in trail)


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Who uses the secrets of some reads: the readers themselves, and the roles of their families."""

    uses: Mapping[PairKey, Uses]
    readers: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, reads: Iterable[Sighting], trails: Trails) -> _Pairs:
        """Ask the store, once for all reads."""
        wanted = {(read.principal, key) for read in reads for secret in read.secrets for key in keys_of(secret)}
        readers = trails.readers({key for _, key in wanted})
        pairs = {PairKey(role, key) for role, key in wanted}
        pairs |= {PairKey(other, key) for role, key in wanted for other in _family(role, readers.get(key, ()))}
        return cls(trails.touch((), pairs), readers)

    def inherits(self, read: Sighting, made: Sequence[datetime]) -> bool:
        """Tell whether a role that was made at some moments reads by right of the roles that it replaces."""
        return all(any(self._inherited(read, secret, begin) for begin in made) for secret in read.secrets)

    def _inherited(self, read: Sighting, secret: SecretRef, made: datetime) -> bool:
        """Tell whether the family knew a secret when the role was made, and the role first read it in time.

        A read in time makes the pair the role's own, until nobody has used it for as long as any pair is remembered.
        """
        own = self._of(read.principal, secret)
        times = [time for uses in own for mark, time in uses.items() if mark.startswith(Kind.READ)]
        first = min((moment for time in times if (moment := moment_of(time)) >= made), default=read.at)
        last = pair_before(own, Kind.READ, read.at)
        if min(first, read.at) > made + GRACE:
            return False
        if last is not None and last.last_seen < read.at - FORGOTTEN_AFTER:
            return False
        roles = {role for key in keys_of(secret) for role in _family(read.principal, self.readers.get(key, ()))}
        known = pair_before([uses for role in sorted(roles) for uses in self._of(role, secret)], Kind.READ, made)
        return known is not None and known.is_known(made)

    def _of(self, principal: str, secret: SecretRef) -> list[Uses]:
        pairs = (PairKey(principal, key) for key in keys_of(secret))
        return [self.uses[pair] for pair in pairs if pair in self.uses]


def _family(role: str, readers: Iterable[str]) -> Iterator[str]:
    return (other for other in readers if is_same_but_for_release(role, other))
