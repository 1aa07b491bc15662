"""The verbs of the local stage: `demo` plays four measured scenes, `up` keeps the stage open to play on."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from nightlatch.domain.errors import NightlatchError

if TYPE_CHECKING:
    from nightlatch.local.scenes.theatre import Theatre

DEFAULT_PORT = 8420
DEMO_EXAMPLES = """\b
Examples:
  nightlatch demo
  nightlatch demo --scene resurrect
  NO_COLOR=1 nightlatch demo
  nightlatch demo > timeline.txt
"""
UP_EXAMPLES = """\b
Examples:
  nightlatch up
  nightlatch up --port 0
  aws --endpoint-url http://127.0.0.1:8420 secretsmanager delete-secret --secret-id prod/orders/db
"""


class SceneName(StrEnum):
    """The scenes by the names of `local/scenes/programme.py`, which must not be loaded for `--help`."""

    TERRAFORM = "terraform"
    SWEEP = "sweep"
    BAD_VALUE = "bad-value"
    DELETION = "deletion"
    RESURRECT = "resurrect"


def demo(
    scene: Annotated[
        list[SceneName] | None,
        typer.Option(case_sensitive=False, help="Play this scene instead; may be given several times."),
    ] = None,
) -> None:
    """Play a theft, a bad change and a deletion on this machine: seen, told, undone, rolled back.

    Needs no AWS account and reaches nothing outside this machine.

    """
    from nightlatch.local.place import deployment  # noqa: PLC0415 - moto takes a second to import
    from nightlatch.local.scenes.programme import PROGRAMME, USUAL  # noqa: PLC0415
    from nightlatch.local.scenes.theatre import open_theatre  # noqa: PLC0415
    from nightlatch.local.scenes.timeline import SceneFailed, Timeline  # noqa: PLC0415

    began = time.monotonic()
    typer.echo("nightlatch demo: AWS on this machine, the real template, the real handlers; no AWS account.")
    with _quiet_aws(), deployment() as template, open_theatre(template) as theatre:
        typer.echo(f"  {time.monotonic() - began:6.2f} s  the stage is up: {theatre.page}")
        chosen = [PROGRAMME[name] for name in scene or USUAL]
        for number, one in enumerate(chosen, start=1):
            typer.echo(f"\n{number}. {one.title}")
            try:
                one.play(theatre, Timeline(one.title, typer.echo))
            except SceneFailed as failure:
                raise NightlatchError(f"scene {number} ({one.title}): {failure}") from failure
        count = f"All {len(chosen)} scenes" if len(chosen) > 1 else "The scene"
        typer.echo(f"\n{count} as promised, in {time.monotonic() - began:.1f} s.")
    typer.echo("Play on yourself: nightlatch up")


def up(
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="Port on 127.0.0.1 for AWS and the page; 0 for any free one.")
    ] = DEFAULT_PORT,
) -> None:
    """Keep the local stage open: AWS on loopback, nightlatch deployed on it, Slack as a page in the browser."""
    from nightlatch.local.place import deployment  # noqa: PLC0415 - moto takes a second to import
    from nightlatch.local.scenes.theatre import open_theatre  # noqa: PLC0415

    with _quiet_aws(), deployment() as template, ExitStack() as stack:
        try:
            theatre = stack.enter_context(open_theatre(template, port=port, every_channel=True))
        except OSError as failure:
            raise NightlatchError(
                f"the stage cannot listen on port {port}: {failure.strerror or failure}; choose another by --port,"
                " or 0 for any free one"
            ) from failure
        typer.echo(_welcome(theatre))
        with _told_to_end(), announced(theatre):
            _stay(theatre)


def _welcome(theatre: Theatre) -> str:
    endpoint = theatre.stage.endpoint
    return f"""The local stage is up. Everything stays on this machine; Ctrl-C ends it.

  Slack's page   {theatre.page}
  AWS endpoint   {endpoint}

Try, in another terminal (any key is the account's root here, and root is reported):

  export AWS_ENDPOINT_URL={endpoint} AWS_ACCESS_KEY_ID=stage AWS_SECRET_ACCESS_KEY=stage AWS_DEFAULT_REGION=eu-west-1
  aws secretsmanager delete-secret --secret-id prod/orders/db --recovery-window-in-days 7
  nightlatch timeline prod/orders/db --local
  nightlatch console --local
"""


def _stay(theatre: Theatre) -> None:
    """Let the minute's schedule fire until somebody ends the stage."""
    while True:
        theatre.stage.tick()
        time.sleep(1)


@contextmanager
def _told_to_end() -> Iterator[None]:
    """End by `kill` as by Ctrl-C: a stage that runs in the background takes its note and its functions with it."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def announced(theatre: Theatre) -> Iterator[None]:
    """Leave a note of where the stage is, for `--local`; readable by this user alone, gone with the stage."""
    from nightlatch.local.clock import VARIABLE  # noqa: PLC0415 - keeps `--help` quick
    from nightlatch.reach.where import stage_note  # noqa: PLC0415

    note = stage_note()
    note.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    content = {
        "endpoint": theatre.stage.endpoint,
        "environment": {
            **theatre.variables("Responder"),
            **theatre.variables("Auditor"),
            **theatre.variables("DetectorChanges"),
            "AWS_DEFAULT_REGION": "eu-west-1",
            VARIABLE: str(theatre.stage.clock.path),
        },
        "operator_role": theatre.operator_role,
    }
    descriptor = os.open(note, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(content, file)
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


@contextmanager
def _quiet_aws() -> Iterator[None]:
    """Keep this process's AWS settings out of the stage: nothing here may reach a real account."""
    before = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    for name in before:
        del os.environ[name]
    os.environ.update(
        {
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
    )
    try:
        yield
    finally:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            del os.environ[name]
        os.environ.update(before)
