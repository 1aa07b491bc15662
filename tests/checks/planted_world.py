"""The planted account on moto, corrected as the stage corrects it, and what an audit of it finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import boto3
import pytest

from checks.said_for_aws import in_place_of_aws
from fakes_posture import FakeProtections, FakeUses, Watched, all_functions, all_secrets, premises
from nightlatch.adapters.posture.premises import AwsPremises
from nightlatch.checks import CHECKS
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.posture.checks import Posture, judge
from nightlatch.domain.posture.findings import FindingKind, PostureFinding, findings_of
from nightlatch.domain.posture.terms import Terms
from nightlatch.local import fidelity
from nightlatch.local.scenes.planted.accounts import PlantedAccount, plant_account
from nightlatch.local.scenes.planted.beyond import Beyond, beyond, tidy_protection, tidy_use
from nightlatch.local.scenes.planted.functions import PlantedFunction, plant_function, take_away
from nightlatch.local.scenes.planted.ground import Ground
from nightlatch.local.scenes.planted.plots import APPROVED_REGION, FUNCTIONS, SECRETS, STRANGER
from nightlatch.local.scenes.planted.secrets import PlantedSecret, plant_secret
from worlds import ACCOUNT, REGION, on_moto

AHEAD = timedelta(days=60)  # of the machine's clock, by which moto's Lambda lives: nothing is newly changed
Found = set[tuple[str, str]]


@dataclass
class World:
    """What was planted, what it breaks, and what is said in AWS's place."""

    ground: Ground
    expected: Found = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    uses: FakeUses = field(default_factory=FakeUses)
    protections: FakeProtections = field(default_factory=FakeProtections)
    listed: dict[str, Mapping[str, Any]] = field(default_factory=dict)  # by name of a secret
    policies: dict[str, str] = field(default_factory=dict)  # by ARN
    unmasked: set[str] = field(default_factory=set)  # log groups
    changed: set[str] = field(default_factory=set)  # functions
    by_aws: list[Mapping[str, Any]] = field(default_factory=list)  # policies of AWS, attached to the planted holder

    @property
    def terms(self) -> Terms:
        foreign = {str(one["KmsKeyId"]) for one in self.listed.values() if "KmsKeyId" in one}
        inventory = Inventory(
            approved_keys=frozenset({*self.ground.keys, *foreign}),
            approved_regions=frozenset({REGION, APPROVED_REGION}),
        )
        return Terms(now=self.ground.now, inventory=inventory)

    def premises(self) -> AwsPremises:
        return premises(
            Watched(self.ground.client, **in_place_of_aws(self)),
            uses=self.uses,
            protections=self.protections,
            stack="nightlatch",
            scans_lines=True,
            now=lambda: datetime.now(UTC),  # moto's Logs live by the machine's clock
        )

    def findings(self, *postures: Posture) -> list[PostureFinding]:
        return [one for posture in postures for one in findings_of([*judge(posture, CHECKS, self.terms)], self.terms)]

    def secret(self, name: str, what: PlantedSecret, *, rotator: str, given: Beyond | None = None) -> str:
        arn = plant_secret(self.ground, name, what, rotator=rotator)
        self.names.add(name)
        reader, typed = (given.reader, given.typed_days) if given else (None, None)
        self.uses.by_name[name] = tidy_use(
            self.ground, reader=reader, typed_days=typed, is_read=what.read_days is not None
        )
        self.protections.by_name[name] = (given and given.protected) or tidy_protection(self.ground)
        if given is not None:
            self.listed[name] = given.listed
            if given.policy is not None:
                self.policies[arn] = given.policy
        return arn

    def function(self, name: str, what: PlantedFunction) -> str:
        self.names.add(name)
        return plant_function(self.ground, name, what)

    def rotator(self, name: str, what: PlantedFunction) -> None:
        """Plant a function, and a secret that it rotates."""
        arn = self.function(name, what)
        if what.rotates:
            self.secret(f"prod/of/{name}", PlantedSecret(), rotator=arn)
        if what.is_gone:
            take_away(self.ground, name)


@cache
def _client(service: str, *, region_name: str = REGION) -> Any:
    make: Any = boto3.client
    return make(service, region_name=region_name)


@contextmanager
def a_ground() -> Iterator[Ground]:
    """Give an empty account on moto, corrected, whose clock is ahead."""
    now = datetime.now(UTC).replace(microsecond=0) + AHEAD
    clock = [now]

    fidelity.install(lambda: clock[0])
    try:
        with pytest.MonkeyPatch.context() as patch, on_moto(patch):
            yield Ground(
                client=_client,
                set_clock=lambda moment: clock.__setitem__(0, moment),
                now=now,
                account_id=ACCOUNT,
                region=REGION,
            )
    finally:
        fidelity.uninstall()


def plant_everything(world: World) -> None:
    """Plant every secret and function, those that break a check and their twins."""
    rotator = world.function("rotate-db", PlantedFunction())
    for check, plot in SECRETS.items():
        name = f"prod/{check}/breaks{plot.named and '-'}{plot.named}"
        world.secret(name, plot.breaks, rotator=rotator)
        world.secret(f"prod/{check}/twin", plot.twin, rotator=rotator)
        world.expected |= {(one, name) for one in (check, *plot.also)}
    for check, given in beyond(world.ground).items():
        twin = Beyond(why=given.why, reader=given.twin_reader, protected=given.twin_protected)
        world.secret(f"prod/{check}/breaks", PlantedSecret(), rotator=rotator, given=given)
        world.secret(f"prod/{check}/twin", PlantedSecret(), rotator=rotator, given=twin)
        world.expected |= {(one, f"prod/{check}/breaks") for one in (check, *given.also)}
    for check, plot_of_function in FUNCTIONS.items():
        name = check.replace(".", "-")
        world.rotator(f"{name}-breaks", plot_of_function.breaks)
        world.rotator(f"{name}-twin", plot_of_function.twin)
        world.expected |= {(one, f"{name}-breaks") for one in (check, *plot_of_function.also)}
    for check, marked in (("logging.code-changed", world.changed), ("logging.no-data-protection", world.unmasked)):
        name = check.replace(".", "-")
        for which in ("breaks", "twin"):
            world.rotator(f"{name}-{which}", PlantedFunction())
        marked.add(f"{name}-breaks")
        world.expected.add((check, f"{name}-breaks"))


def audited(world: World) -> list[PostureFinding]:
    """Audit the secrets and functions of the account."""
    port = world.premises()
    secrets = all_secrets(port)
    rotators: dict[str, tuple[str, ...]] = {}
    for one in secrets:
        if one.rotation.lambda_arn is not None:
            rotators[one.rotation.lambda_arn] = (*rotators.get(one.rotation.lambda_arn, ()), one.name)
    rotators = {arn: names for arn, names in rotators.items() if STRANGER not in arn}
    return world.findings(*secrets, *all_functions(port, rotators))


def audited_account(world: World, what: PlantedAccount) -> list[PostureFinding]:
    """Plant an account as described, and audit what is one for all secrets."""
    arn = world.function("rotate-db", PlantedFunction())
    world.secret("prod/db", PlantedSecret(), rotator=arn)
    plant_account(world.ground, what)
    proven = what.proven_days
    world.protections.proven_at = None if proven is None else world.ground.now - timedelta(days=proven)
    return world.findings(world.premises().account(1))


def violations(findings: list[PostureFinding]) -> Found:
    return {(one.check, one.name) for one in findings if one.kind is FindingKind.VIOLATION}
