"""Runs the verbs about the use of secrets: `who` and `costs`, from what a nightlatch counted or from log files."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from pathlib import Path

from nightlatch.adapters.aws_errors import on_secret
from nightlatch.adapters.counting.counted_dynamodb import DynamoCounted
from nightlatch.adapters.counting.counted_files import CountedFiles
from nightlatch.adapters.inventory.holdings_dynamodb import DynamoHoldings
from nightlatch.cli.looks.cost_output import write_costs
from nightlatch.cli.looks.reading import files_below, list_unread, numbers, shown
from nightlatch.cli.looks.use_output import write_use
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.forms import Form
from nightlatch.cli.speech.terminal import progress, say
from nightlatch.domain.aws_policies.named_readers import NamedReader, named_readers
from nightlatch.domain.errors import NotFound, Refused
from nightlatch.domain.event.parameters import Parameters
from nightlatch.domain.event.secrets import SecretRef, secret_ref
from nightlatch.domain.posture.counted_use import Span
from nightlatch.domain.posture.counts import key_of
from nightlatch.reach.connection import Connection
from nightlatch.reach.where import Where, connect
from nightlatch.service.read_costs import By, Use, costs_of
from nightlatch.service.use_ports import Counted

_NOTHING_YET = "nothing has been counted yet: reads are counted from the first one after nightlatch is deployed"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the costs was asked for."""

    by: By
    top: int  # how many are shown one by one; 0 for all
    days: int


def who(secret: str, paths: tuple[Path, ...], days: int, where: Where, output: Form) -> ExitCode:
    """Show who reads a secret and who may.

    Raises:
        NotFound: No stage or stack, no such secret, or nothing was counted.
        Refused: The log files show the secret in several places.
        Unavailable: AWS could not be asked.
    """
    if paths:
        files = _read(paths)
        key = _place_of(secret, files)
        write_use(key, files.totals((key,)).use_of((key,), _span(files)), None, output)
        return _account_of(files)
    connection = connect(where)
    asked = connection.secret(secret)
    counted = DynamoCounted(connection.state, now=connection.now, days=days)
    span = counted.span()
    if span is None:
        raise NotFound(f"{_NOTHING_YET}; or count in log files: nightlatch who {secret} --trail PATH")
    key, found = key_of(asked), counted.totals(asked.keys).use_of(asked.keys, span)
    try:
        policy: tuple[NamedReader, ...] | None = read_policy(asked, connection)
    except Refused as refused:
        write_use(key, found, None, output)
        say(f"not looked at: whom its resource policy lets read: {refused}")
        return ExitCode.PARTIAL
    except NotFound:
        if not found.readers:
            raise
        policy = None
        say("the secret does not exist (any more); this is who read it")
    write_use(key, found, policy, output)
    return ExitCode.CLEAN


def costs(wanted: Wanted, paths: tuple[Path, ...], where: Where, output: Form) -> ExitCode:
    """Show what reads cost.

    Raises:
        NotFound: No stage, stack, counts or, where they are asked for, inventory of tags.
        Unavailable: AWS could not be asked.
    """
    if paths:
        files = _read(paths)
        _write_costs(files, wanted, output, {})
        return _account_of(files)
    connection = connect(where)
    tags = _tags(wanted.by, connection) if wanted.by in {By.OWNER, By.TEAM} else {}
    _write_costs(DynamoCounted(connection.state, now=connection.now, days=wanted.days), wanted, output, tags)
    return ExitCode.CLEAN


def _write_costs(counted: Counted, wanted: Wanted, output: Form, tags: dict[str, str]) -> None:
    span, by = _span(counted), wanted.by

    def name(use: Use) -> str:
        match by:
            case By.CALLER:
                return use[1].principal
            case By.SECRET:
                return use[0]
            case _:
                return tags.get(use[0], "")

    found = costs_of(counted.totals().uses(), span.hours, name)
    write_costs(found, by, span, wanted.top, output)


def _span(counted: Counted) -> Span:
    span = counted.span()
    if span is None:
        raise NotFound(f"{_NOTHING_YET}; or count in log files: nightlatch costs --trail PATH")
    return span


def _read(paths: tuple[Path, ...]) -> CountedFiles:
    begun = count()
    with progress(files_below(*paths)) as show:
        return CountedFiles(paths, begun=shown(show, "counting", begun))


def _account_of(files: CountedFiles) -> ExitCode:
    list_unread(files.tally)
    say(numbers(files.tally))
    return ExitCode.PARTIAL if files.tally.is_partial else ExitCode.CLEAN


def _place_of(secret: str, files: CountedFiles) -> str:
    """Find which secret of the files a name or ARN means."""
    asked = secret_ref(secret, account_id="", region="")
    wanted = set(asked.keys) if asked.is_arn else set()
    found = sorted(key for key in files.secrets() if key in wanted or key.split("/", 2)[2] == secret)
    if not found:
        list_unread(files.tally)
        raise NotFound(f"the files show no read of {secret}; nightlatch costs --by secret --trail PATH lists all")
    if len(found) > 1 and key_of(asked) not in found:
        places = ", ".join(found)
        raise Refused(f"the files show several secrets of that name ({places}); name one by its ARN")
    return key_of(asked) if key_of(asked) in found else found[0]


def read_policy(secret: SecretRef, connection: Connection) -> tuple[NamedReader, ...]:
    """Read whom the resource policy of a secret names.

    Raises:
        NotFound: There is no such secret.
        Refused: One may not look, or what stands there is no policy.
        Unavailable: AWS could not be asked.
    """
    with on_secret(secret.name, "secretsmanager:GetResourcePolicy"):
        answer = connection.client("secretsmanager").get_resource_policy(SecretId=secret.text)
    document = Parameters(answer).document("ResourcePolicy")
    if document is None and answer.get("ResourcePolicy"):
        raise Refused("it is no JSON")
    return named_readers(document or {})


def _tags(by: By, connection: Connection) -> dict[str, str]:
    """Give whose each secret is, by its key, as the inventory tells."""
    taking, holdings = DynamoHoldings(connection.state).last()
    if taking is None:
        raise NotFound("no inventory has been taken yet; take one: nightlatch inventory refresh")
    return {key_of(one.secret): dict(one.tags).get(by.value, "") for one in holdings.secrets}
