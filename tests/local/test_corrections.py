"""Each correction of moto holds on the stage and is still needed: moto alone gives the wrong answer measured."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from moto import mock_aws

from local.probes import buckets, findings, keys, metadata, policies, reading, replicas, transactions, versions
from local.probes.world import World
from nightlatch.local import fidelity
from nightlatch.local.aws.happenings import Happening, Kind, listening

ROOMS = (versions, reading, policies, metadata, replicas, keys, buckets, findings, transactions)
PROBES = {name: probe for room in ROOMS for name, probe in room.PROBES.items()}
CORRECTIONS = [correction.id for correction in fidelity.CORRECTIONS]


@pytest.fixture
def world() -> Iterator[World]:
    # Functions that run nothing: with moto's default a rotation would look for Docker.
    with mock_aws(config={"lambda": {"use_docker": False}}):
        yield World()


@pytest.fixture
def corrected(world: World) -> Iterator[World]:
    fidelity.install(lambda: world.now)
    fidelity.hold_names(timedelta(seconds=5))
    yield world
    fidelity.uninstall()


def test_every_correction_has_exactly_one_probe() -> None:
    assert sorted(CORRECTIONS) == sorted(PROBES)


@pytest.mark.parametrize("name", CORRECTIONS)
def test_the_stage_answers_as_aws_does(name: str, corrected: World) -> None:
    probe = PROBES[name]

    assert probe.ask(corrected) == probe.aws


@pytest.mark.parametrize("name", CORRECTIONS)
def test_moto_alone_is_still_wrong(name: str, world: World) -> None:
    """Fails as soon as moto is fixed: then the correction has to go."""
    probe = PROBES[name]

    assert probe.ask(world) == probe.moto


def test_a_probe_tells_aws_from_moto() -> None:
    assert [name for name, probe in PROBES.items() if probe.aws == probe.moto] == []


def test_each_correction_says_what_differs_and_where_that_is_written() -> None:
    incomplete = [
        correction.id
        for correction in fidelity.CORRECTIONS
        if not (correction.aws and correction.moto and correction.source and correction.aws != correction.moto)
    ]

    assert incomplete == []


def test_installing_twice_and_uninstalling_once_leaves_moto_as_it_was() -> None:
    from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend  # noqa: PLC0415

    before = (vars(SecretsManagerBackend).copy(), vars(FakeSecret).copy())

    fidelity.install()
    fidelity.install()
    fidelity.uninstall()

    assert (dict(vars(SecretsManagerBackend)), dict(vars(FakeSecret))) == before
    assert not fidelity.is_installed()


def test_a_version_that_is_collected_is_told(corrected: World) -> None:
    corrected.a_secret()
    for _ in range(102):
        corrected.put()
    corrected.advance(timedelta(hours=25))
    heard: list[Happening] = []

    with listening(heard.append):
        corrected.put()

    kinds = [each.kind for each in heard if each.kind is not Kind.KEY_USED]
    assert kinds == [Kind.LABEL_UPDATED, Kind.VERSION_COLLECTED, Kind.VERSION_COLLECTED]


def test_a_version_with_a_label_is_never_collected(corrected: World) -> None:
    pinned = corrected.a_secret()
    corrected.label("golden", pinned)
    for _ in range(104):
        corrected.put()
    corrected.advance(timedelta(days=400))

    corrected.put()

    assert corrected.secrets.get_secret_value(SecretId="prod/db", VersionId=pinned)["SecretString"] == "1"
