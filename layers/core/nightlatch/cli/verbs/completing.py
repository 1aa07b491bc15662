"""What the shell offers behind a verb: rules, and secrets that a stage on this machine knows; AWS is not asked."""

from __future__ import annotations

import typer


def rules(incomplete: str) -> list[tuple[str, str]]:
    """Offer rules by either of their names, each with its title."""
    from nightlatch.detections import CATALOGUE  # noqa: PLC0415 - asked for by the shell alone

    wanted = incomplete.lower()
    offered = [(name, rule.title) for rule in CATALOGUE for name in (rule.id, rule.catalogue)]
    return [one for one in offered if one[0].lower().startswith(wanted)]


def secrets(context: typer.Context, incomplete: str) -> list[str]:
    """Offer the names of the stage's secrets behind `--local`; a stack would have to be asked, which takes too long."""
    if not context.params.get("local"):
        return []
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - asked for by the shell alone

    from nightlatch.domain.errors import NightlatchError  # noqa: PLC0415
    from nightlatch.reach.where import Where, connect  # noqa: PLC0415

    try:
        client = connect(Where(local=True)).client("secretsmanager")
        pages = client.get_paginator("list_secrets").paginate()
        names = [secret["Name"] for page in pages for secret in page["SecretList"]]
    except (NightlatchError, BotoCoreError, ClientError):  # the shell's line is no place for an error
        return []
    return sorted(name for name in names if name.startswith(incomplete))


def checks(incomplete: str) -> list[tuple[str, str]]:
    """Offer checks by their ids, each with its title."""
    from nightlatch.checks import CHECKS  # noqa: PLC0415 - asked for by the shell alone

    return [(check.id, check.title) for check in CHECKS if check.id.startswith(incomplete.lower())]
