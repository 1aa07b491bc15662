"""A verb takes where it acts and how it was asked as one value each; the command line has an option for each part."""

from __future__ import annotations

from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from nightlatch.cli.acts.acting import Asked
from nightlatch.cli.verbs.options import with_options
from nightlatch.reach.where import Where


def a_verb(taken: list[Any], *, direct: bool = True) -> typer.Typer:
    app = typer.Typer()

    @app.command()
    @with_options(direct=direct)
    def verb(secret: str, *, asked: Asked, where: Where) -> int:
        taken.extend((secret, asked, where))
        return 0

    return app


@pytest.mark.parametrize(
    ("options", "asked", "where"),
    [
        ([], Asked(), Where()),
        (["--dry-run", "--local", "--profile", "ben"], Asked(dry_run=True), Where(local=True, profile="ben")),
        (
            ["--yes", "--direct", "--stack", "two", "--region", "eu-west-1"],
            Asked(yes=True, direct=True),
            Where(stack="two", region="eu-west-1"),
        ),
    ],
)
def test_the_options_come_as_two_values(options: list[str], asked: Asked, where: Where) -> None:
    taken: list[Any] = []

    assert CliRunner().invoke(a_verb(taken), ["prod/db", *options]).exit_code == 0

    assert taken == ["prod/db", asked, where]


def test_an_act_that_the_responder_alone_does_has_no_option_for_ones_own_credentials() -> None:
    taken: list[Any] = []
    app = a_verb(taken, direct=False)

    assert CliRunner().invoke(app, ["prod/db", "--direct"]).exit_code == 2
    assert CliRunner().invoke(app, ["prod/db", "--yes"]).exit_code == 0

    assert taken == ["prod/db", Asked(yes=True), Where()]
