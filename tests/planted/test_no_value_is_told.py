"""No value of a secret comes out of nightlatch: not in a log, a table, a queue, a message, a metric or a traceback.

Ten thousand values are written, rotated, kept in the vault and judged; of each stack some secrets are also read,
proven, compared, rolled back by label and from the vault, restored, resurrected and reported. Meanwhile every line that
anything in the process writes is searched, debug lines of every library included.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.local import fidelity
from planted.dye import Dyer
from planted.engine import Engine, running
from planted.tap import Tap, listening
from worlds import in_full, on_moto

ALL = 10_000
SECRETS, ROUNDS = 10, 50  # of one stack
LAST = 3  # rounds of which the history is there when the secrets are used
STACKS = ALL // (SECRETS * ROUNDS)

# Powertools warns where a batch had nothing to count; what a stopped process leaves open is not what is tested here.
pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    fidelity.install()
    with on_moto(monkeypatch), running(Tap(), monkeypatch) as deployed:
        yield deployed
    fidelity.uninstall()


def writing(engine: Engine, dyer: Dyer, rounds: int) -> int:
    """Let ten secrets get their values, round by round; give how many were planted."""
    names = [f"prod/s{number}" for number in range(SECRETS)]
    hows: list[Callable[[str, str | bytes], list[str]]] = [engine.writes, engine.writes, engine.rotates]
    engine.told([message for name in names for message in engine.creates(name, dyer.value())])
    for number in range(1, rounds):
        if number <= rounds - LAST:
            engine.forget_history()
        how = hows[number % len(hows)]
        engine.told([message for name in names for message in how(name, dyer.value())])
    return rounds * len(names)


def using(engine: Engine, name: str, log: Path, said: Callable[[], str]) -> None:
    """Let a secret go through everything that nightlatch can do with it."""
    secret = engine.secret(name)
    listed = engine.customer("list_secret_version_ids", SecretId=name, IncludeDeprecated=True)["Versions"]
    versions = [one["VersionId"] for one in sorted(listed, key=lambda one: one["CreatedDate"])]
    engine.told(engine.reads(name))
    engine.call("keeper", {"Records": [{"messageId": "m0", "body": json.dumps({"keep": secret.text})}]})
    engine.call("responder", {"drill": None})
    engine.call("responder", {"Records": [{"messageId": "m0", "body": json.dumps({"drill": secret.text})}]})
    engine.tells_of_change(secret)
    log.write_text("\n".join(json.dumps(record) for record in engine.records), "utf-8")
    for command in (
        ["diff", name],
        ["diff", name, "--output", "json"],
        ["snapshots", "list", name, "--output", "json"],
        ["snapshots", "show", name, "latest", "--output", "json"],
        ["snapshots", "verify", "--last"],
        ["timeline", name],
        ["timeline", name, str(log)],
        ["rollback", name, "--dry-run"],
        ["rollback", name, "--yes", "--direct"],
        ["hunt", str(log)],
    ):
        code = run(command)
        assert code in {ExitCode.CLEAN, ExitCode.FINDINGS}, (command, said())
        said()
    done = engine.does(Action(kind=ActionKind.ROLL_BACK, secret=secret, to=versions[-1]))
    assert done.result.startswith("rolled"), done.result
    engine.forgets(name, versions[-3])
    done = engine.does(Action(kind=ActionKind.ROLL_BACK, secret=secret, to=versions[-3]))
    assert "from the vault" in done.result, done.result
    engine.told(engine.deletes(name, RecoveryWindowInDays=7))
    engine.told(engine.deletes(name, ForceDeleteWithoutRecovery=True))
    assert "resurrected" in engine.does(Action(kind=ActionKind.RESURRECT, secret=secret)).result


@pytest.fixture
def said(engine: Engine, capfd: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """Search what was written to stdout and stderr since the last time: metrics, log lines of functions, verbs."""

    def search() -> str:
        out, err = capfd.readouterr()
        engine.tap.search("stdout", out)
        engine.tap.search("stderr", err)
        return err

    return search


@pytest.mark.parametrize("seed", range(in_full(STACKS, sample=1)))
def test_none_of_the_values_comes_out_anywhere(
    engine: Engine,
    said: Callable[[], str],
    seed: int,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    with listening(engine.tap):
        planted = writing(engine, Dyer(seed), in_full(ROUNDS, sample=4))
        said()
        for name in ("prod/s1", "prod/s2")[: in_full(2, sample=1)]:
            using(engine, name, tmp_path / "log.jsonl", said)
        engine.search_what_is_kept()
        said()

    record_property("planted", planted)
    record_property("searched", sum(engine.tap.seen.values()))
    assert engine.tap.leaks == []
    assert {place for place, size in engine.tap.seen.items() if size > 100} >= {
        *("logs", "answers", "queues", "tables", "vault", "slack", "stdout", "stderr", "objects")
    }
