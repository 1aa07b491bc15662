"""The `nightlatch` command: its verbs, and how every end becomes one clear line and the right exit code.

A verb's module is light: what the verb needs is imported when it runs, so that `nightlatch --help` answers at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TextIO

import typer

from nightlatch.cli import (
    allow,
    brake,
    console,
    contain,
    diff,
    docs,
    guard,
    hunt,
    inventory,
    rescue,
    rules,
    secrets,
    snapshots,
    stage,
    suggest,
)
from nightlatch.cli.exit_codes import ALL_CODES, CODES_OF_ACTS, ExitCode
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
app.command("hunt", epilog=hunt.EXAMPLES)(hunt.hunt)
app.command("suggest", epilog=suggest.EXAMPLES)(suggest.suggest)
app.command("timeline", epilog=secrets.TIMELINE_EXAMPLES)(secrets.timeline)
app.command("rollback", epilog=secrets.ROLLBACK_EXAMPLES + CODES_OF_ACTS)(secrets.rollback)
app.command("restore", epilog=secrets.RESTORE_EXAMPLES + CODES_OF_ACTS)(secrets.restore)
app.command("references", epilog=secrets.REFERENCES_EXAMPLES)(secrets.references)
app.command("rescue-key", epilog=rescue.KEY_EXAMPLES + CODES_OF_ACTS)(rescue.rescue_key)
app.command("replicate-again", epilog=rescue.REPLICA_EXAMPLES + CODES_OF_ACTS)(rescue.replicate_again)
app.command("console", epilog=console.EXAMPLES)(console.console)
app.command("approve", epilog=secrets.APPROVE_EXAMPLES + CODES_OF_ACTS)(secrets.approve)
app.command("allow", epilog=allow.EXAMPLES + CODES_OF_ACTS)(allow.allow)
app.command("contain", epilog=contain.EXAMPLES + CODES_OF_ACTS)(contain.contain)
app.command("pause", epilog=brake.PAUSE_EXAMPLES)(brake.pause)
app.command("resume", epilog=brake.RESUME_EXAMPLES)(brake.resume)
app.command("diff", epilog=diff.EXAMPLES)(diff.diff)
app.add_typer(snapshots.app, name="snapshots")
app.add_typer(guard.app, name="guard")
app.add_typer(rules.app, name="rules")
app.add_typer(inventory.app, name="inventory")
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
    try:
        return _obey(arguments)
    except typer.TyperException as error:  # wrong usage
        verb = getattr(getattr(error, "ctx", None), "command_path", None) or "nightlatch"
        return _end(f"usage: {error.format_message().rstrip('.')}. See {verb} --help.", ExitCode.USAGE)
    except (KeyboardInterrupt, typer.Abort):
        return _end("interrupted", ExitCode.INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has left (`| head`); the interpreter must not stumble over it again at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.ERROR
    except Refused as error:
        return _end(f"refused: {placed(str(error), place_in(arguments))}", ExitCode.REFUSED)
    except NightlatchError as error:
        return _end(f"error: {placed(str(error), place_in(arguments))}", ExitCode.ERROR)


def _obey(arguments: Sequence[str]) -> int:
    """Run the verb and give its exit code; without a verb, show the help."""
    ended = app(args=list(arguments) or ["--help"], prog_name="nightlatch", standalone_mode=False)
    sys.stdout.flush()
    if ended == ExitCode.INTERRUPTED:  # Typer answers Ctrl-C itself, with this code and no word
        raise KeyboardInterrupt
    return ended if isinstance(ended, int) else ExitCode.CLEAN


def _end(line: str, code: ExitCode) -> int:
    from nightlatch.cli.terminal import say  # noqa: PLC0415 - nothing to draw unless there is something to say

    say(line)
    return code


def _never_fail_to_write(stream: TextIO) -> None:
    """Let a terminal that lacks a character show its escape instead of failing half way."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
