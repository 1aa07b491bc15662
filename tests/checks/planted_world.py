"""The planted account on moto, corrected as the stage corrects it, and what an audit of it finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import boto3
import pytest
from moto.core.config import default_user_config

from checks.said_for_aws import in_place_of_aws
from fakes_posture import FakeProtections, FakeUses, Watched, premises
from nightlatch.adapters.books.book_sqlite import IN_MEMORY, SqliteBook
from nightlatch.adapters.posture.premises import AwsPremises
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.posture.findings import FindingKind, PostureFinding
from nightlatch.domain.posture.secrets import Protected
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.secret.versions import CURRENT
from nightlatch.local import fidelity
from nightlatch.local.aws.moto_server import MotoServer
from nightlatch.local.aws.sessions import stage_session
from nightlatch.local.scenes.planted.accounts import PlantedAccount, plant_account
from nightlatch.local.scenes.planted.beyond import Beyond, beyond, tidy_protection, tidy_use
from nightlatch.local.scenes.planted.functions import PlantedFunction
from nightlatch.local.scenes.planted.ground import Ground
from nightlatch.local.scenes.planted.planting import ROTATOR, Planted, plant, plant_rotator
from nightlatch.local.scenes.planted.plots import APPROVED_REGION
from nightlatch.local.scenes.planted.secrets import PlantedSecret, plant_secret
from nightlatch.service.audit import Progress, audit
from nightlatch.service.audit_pages import Yardstick
from nightlatch.service.audit_ports import AuditPorts
from worlds import ACCOUNT, REGION, on_moto

AHEAD = timedelta(days=60)  # of the machine's clock, by which moto's Lambda lives: nothing is newly changed
Found = set[tuple[str, str]]


@dataclass
class World:
    """What was planted, what it breaks, and what is said in AWS's place."""

    ground: Ground
    expected: Found = field(default_factory=set)
    uses: FakeUses = field(default_factory=FakeUses)
    protections: FakeProtections = field(default_factory=FakeProtections)
    listed: dict[str, Mapping[str, Any]] = field(default_factory=dict)  # by name of a secret
    described: dict[str, Mapping[str, Any]] = field(default_factory=dict)  # by ARN
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

    def take(self, one: Planted, given: Beyond | None = None) -> None:
        """Note what was planted, and say what AWS and nightlatch's tables do not."""
        self.expected |= {(check, one.name) for check in one.breaks}
        if not isinstance(one.what, PlantedSecret):
            return
        said = given or Beyond(why="")
        is_read = one.what.read_days is not None
        self.uses.by_name[one.name] = tidy_use(
            self.ground, reader=said.reader, typed_days=said.typed_days, is_read=is_read
        )
        self.protections.by_name[one.name] = self._copied(one.arn, said.protected or tidy_protection(self.ground))
        self.listed[one.name] = said.listed
        self.described[one.arn] = said.described
        if said.policy is not None:
            self.policies[one.arn] = said.policy

    def _copied(self, arn: str, protected: Protected) -> Protected:
        """Say of which version the copy is: of the current one, whose id AWS drew."""
        if protected.copied_at is None:
            return protected
        versions = self.ground.client("secretsmanager").describe_secret(SecretId=arn)["VersionIdsToStages"]
        return replace(protected, copied=tuple(one for one, labels in versions.items() if CURRENT in labels))


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


@contextmanager
def a_stage() -> Iterator[Ground]:
    """Give an empty account on the stage's own AWS, over HTTP, whose clock is ahead."""
    now = datetime.now(UTC).replace(microsecond=0) + AHEAD
    clock = [now]

    with (
        pytest.MonkeyPatch.context() as patch,
        MotoServer(tell=lambda _: None, now=lambda: clock[0], account_id=ACCOUNT) as server,
    ):
        patch.setitem(default_user_config, "lambda", {"use_docker": False})  # functions that run nothing

        @cache
        def client(service: str, *, region_name: str = REGION) -> Any:
            make: Any = stage_session(region_name, None).client
            return make(service, endpoint_url=server.endpoint)

        yield Ground(
            client=client,
            set_clock=lambda moment: clock.__setitem__(0, moment),
            now=now,
            account_id=ACCOUNT,
            region=REGION,
        )


def plant_everything(world: World) -> None:
    """Plant every secret and function, those that break a check and their twins, in a good account."""
    plant_whole(world, PlantedAccount())
    rotator = ""
    for one in plant(world.ground):
        world.take(one)
        rotator = one.arn if one.name == ROTATOR else rotator
    for check, given in beyond(world.ground).items():
        twin = Beyond(why=given.why, reader=given.twin_reader, protected=given.twin_protected)
        breaks = frozenset({check, *given.also})
        world.take(a_secret(world, f"prod/{check}/breaks", rotator, breaks), given)
        world.take(a_secret(world, f"prod/{check}/twin", rotator), twin)
    for check, marked in (("logging.code-changed", world.changed), ("logging.no-data-protection", world.unmasked)):
        name = check.replace(".", "-")
        marked.add(f"{name}-breaks")
        for one in (
            *plant_rotator(world.ground, f"{name}-breaks", PlantedFunction(), {check}),
            *plant_rotator(world.ground, f"{name}-twin", PlantedFunction()),
        ):
            world.take(one)


def a_secret(world: World, name: str, rotator: str, breaks: frozenset[str] = frozenset()) -> Planted:
    """Plant a secret that nothing of AWS's is wrong with."""
    arn = plant_secret(world.ground, name, PlantedSecret(), rotator=rotator)
    return Planted(name=name, arn=arn, what=PlantedSecret(), breaks=breaks)


def audited(world: World) -> list[PostureFinding]:
    """Audit the account as the auditor does, from the first page to the last."""
    book = SqliteBook(IN_MEMORY)
    now = world.ground.now
    by = Yardstick(limits=world.terms.limits, inventory=world.terms.inventory)
    until = now + timedelta(hours=1)
    done = audit(AuditPorts(world.premises(), book), by=by, now=lambda: now, until=until, at_once=True)
    assert done.progress is Progress.FINISHED
    return [one.finding for one in book.findings()]


def audited_account(world: World, what: PlantedAccount) -> list[PostureFinding]:
    """Plant an account as described, and audit it."""
    for one in plant_rotator(world.ground, ROTATOR, PlantedFunction()):
        world.take(one)
    plant_whole(world, what)
    return audited(world)


def plant_whole(world: World, what: PlantedAccount) -> None:
    """Plant what is one for all secrets."""
    plant_account(world.ground, what)
    proven = what.proven_days
    world.protections.proven_at = None if proven is None else world.ground.now - timedelta(days=proven)


def violations(findings: list[PostureFinding]) -> Found:
    return {(one.check, one.name) for one in findings if one.kind is FindingKind.VIOLATION}
