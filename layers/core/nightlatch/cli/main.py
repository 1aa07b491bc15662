"""The `nightlatch` command: its verbs, and how every end becomes one clear line and the right exit code.

A verb's module is light: what the verb needs is imported when it runs, so that `nightlatch --help` answers at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Annotated, TextIO

import typer

from nightlatch.cli.speech.exit_codes import ALL_CODES, CODES_OF_ACTS, ExitCode
from nightlatch.cli.speech.next_steps import usage_in_words, with_next_step
from nightlatch.cli.speech.presentation import flags_in, speaking
from nightlatch.cli.verbs import (
    allow,
    audit,
    brake,
    canary,
    console,
    contain,
    diff,
    docs,
    doctor,
    guard,
    hunt,
    incidents,
    init,
    inventory,
    mute,
    ours,
    policy,
    replay,
    rescue,
    rules,
    secrets,
    snapshots,
    snooze,
    stage,
    suggest,
    using,
)
from nightlatch.domain.errors import NightlatchError, Refused
from nightlatch.reach.hints import place_in, placed

app = typer.Typer(
    name="nightlatch",
    help="Watch AWS Secrets Manager: who did what, what it means, and how to take it back.",
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=ALL_CODES,
)


@app.callback()
def everywhere(
    *,
    no_color: Annotated[
        bool, typer.Option("--no-color", help="No colours; NO_COLOR in the environment does it too.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Only the result, and how it ended where it is no success.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Also which AWS calls were made, and how long it took.")
    ] = False,
) -> None:
    """Say which options every verb takes, wherever they stand; `flags_in` takes them out before anything is parsed."""
    del no_color, quiet, verbose


app.command("init", epilog=init.EXAMPLES)(init.init)
app.command("hunt", epilog=hunt.EXAMPLES)(hunt.hunt)
app.command("audit", epilog=audit.EXAMPLES)(audit.audit)
app.command("suggest", epilog=suggest.EXAMPLES)(suggest.suggest)
app.command("timeline", epilog=secrets.TIMELINE_EXAMPLES)(secrets.timeline)
app.command("rollback", epilog=secrets.ROLLBACK_EXAMPLES + CODES_OF_ACTS)(secrets.rollback)
app.command("restore", epilog=secrets.RESTORE_EXAMPLES + CODES_OF_ACTS)(secrets.restore)
app.command("references", epilog=secrets.REFERENCES_EXAMPLES)(secrets.references)
app.command("rescue-key", epilog=rescue.KEY_EXAMPLES + CODES_OF_ACTS)(rescue.rescue_key)
app.command("replicate-again", epilog=rescue.REPLICA_EXAMPLES + CODES_OF_ACTS)(rescue.replicate_again)
app.command("who", epilog=using.WHO_EXAMPLES)(using.who)
app.command("costs", epilog=using.COSTS_EXAMPLES)(using.costs)
app.command("console", epilog=console.EXAMPLES)(console.console)
app.command("approve", epilog=secrets.APPROVE_EXAMPLES + CODES_OF_ACTS)(secrets.approve)
app.command("allow", epilog=allow.EXAMPLES + CODES_OF_ACTS)(allow.allow)
app.command("snooze", epilog=snooze.EXAMPLES)(snooze.snooze)
app.command("ours", epilog=ours.EXAMPLES)(ours.ours)
app.command("contain", epilog=contain.EXAMPLES + CODES_OF_ACTS)(contain.contain)
app.command("mute", epilog=mute.EXAMPLES)(mute.mute)
app.command("replay", epilog=replay.EXAMPLES)(replay.replay)
app.command("pause", epilog=brake.PAUSE_EXAMPLES)(brake.pause)
app.command("resume", epilog=brake.RESUME_EXAMPLES)(brake.resume)
app.command("diff", epilog=diff.EXAMPLES)(diff.diff)
app.command("doctor", epilog=doctor.EXAMPLES)(doctor.doctor)
app.add_typer(snapshots.app, name="snapshots")
app.add_typer(guard.app, name="guard")
app.add_typer(canary.app, name="canary")
app.add_typer(rules.app, name="rules")
app.add_typer(policy.app, name="policy")
app.add_typer(inventory.app, name="inventory")
app.add_typer(incidents.app, name="incidents")
app.command("demo", epilog=stage.DEMO_EXAMPLES)(stage.demo)
app.command("up", epilog=stage.UP_EXAMPLES)(stage.up)
app.command("docs", epilog=docs.EXAMPLES, hidden=True)(docs.docs)  # for those who work on nightlatch


def main() -> None:
    """Run the command line of this process and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        _never_fail_to_write(stream)
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command line and give its exit code."""
    flags, rest = flags_in(arguments)
    with speaking(flags), _in_full() if "--verbose" in flags else nullcontext():
        return _run(rest)


def _in_full() -> AbstractContextManager[None]:
    from nightlatch.cli.speech.verbosity import told_in_full  # noqa: PLC0415 - --help must not wait for it

    return told_in_full()


def _run(arguments: Sequence[str]) -> int:
    try:
        return _obey(arguments)
    except typer.TyperException as error:  # wrong usage
        verb = getattr(getattr(error, "ctx", None), "command_path", None) or "nightlatch"
        said = usage_in_words(error.format_message()).rstrip(".")
        return _end(f"usage: {said}{'' if said.endswith('?') else '.'} See {verb} --help.", ExitCode.USAGE)
    except (KeyboardInterrupt, typer.Abort):
        return _end("interrupted", ExitCode.INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has left (`| head`); the interpreter must not stumble over it again at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.ERROR
    except Refused as error:
        return _end(f"refused: {_told(error, arguments)}", ExitCode.REFUSED, error)
    except NightlatchError as error:
        return _end(f"error: {_told(error, arguments)}", ExitCode.ERROR, error)


def _told(error: NightlatchError, arguments: Sequence[str]) -> str:
    """Give an error with its next step, and with the place that the command line named."""
    return placed(with_next_step(str(error)), place_in(arguments))


def _obey(arguments: Sequence[str]) -> int:
    """Run the verb and give its exit code; without a verb, show the help."""
    ended = app(args=list(arguments) or ["--help"], prog_name="nightlatch", standalone_mode=False)
    sys.stdout.flush()
    if ended == ExitCode.INTERRUPTED:  # Typer answers Ctrl-C itself, with this code and no word
        raise KeyboardInterrupt
    return ended if isinstance(ended, int) else ExitCode.CLEAN


def _end(line: str, code: ExitCode, error: BaseException | None = None) -> int:
    """Say how it ended, and where AWS misses a permission, which statement gives it."""
    from nightlatch.cli.speech.terminal import complain  # noqa: PLC0415 - nothing to draw unless there is something to say

    complain(line)
    if error is not None and "botocore" in sys.modules:  # else nobody asked AWS
        from nightlatch.cli.speech.permission import missing_in  # noqa: PLC0415

        missing = missing_in(error)
        if missing is not None:
            complain(f"to be allowed this, add to an IAM policy of yours: {missing.statement}")
    return code


def _never_fail_to_write(stream: TextIO) -> None:
    """Let a terminal that lacks a character show its escape instead of failing half way."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
