"""The commands that are printed reach the same nightlatch, for whoever pastes them."""

from __future__ import annotations

import pytest

from nightlatch.cli.connection import Where


@pytest.mark.parametrize(
    ("where", "own", "of_another"),
    [
        (Where(), "", ""),
        (
            Where(stack="watch", profile="ana-prod", region="eu-west-1"),
            " --stack watch --profile ana-prod --region eu-west-1",
            " --stack watch --region eu-west-1",
        ),
        (Where(local=True), " --local", " --local --profile ben"),
        (Where(local=True, profile="ben"), " --local --profile ben", " --local --profile ana"),
    ],
)
def test_a_command_for_somebody_else_names_their_profile_or_none(where: Where, own: str, of_another: str) -> None:
    assert (where.options, where.options_of_another) == (own, of_another)
