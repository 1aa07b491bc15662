"""A command that is shown can be pasted: it names the stage, stack, profile and Region that the person named."""

from __future__ import annotations

import pytest
from typer.main import get_command

from nightlatch.cli.main import app
from nightlatch.cli.pages.command_page import verbs
from nightlatch.reach.hints import PLACED, place_in, placed


def test_every_verb_that_takes_a_place_is_shown_with_it_but_the_one_that_reads_files_too():
    takes = {
        path.removeprefix("nightlatch ") for path, options in verbs(get_command(app)).items() if "--local" in options
    }

    assert takes - {"timeline"} == PLACED


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("undo: nightlatch approve r-1 --deny", "undo: nightlatch approve --local r-1 --deny"),
        ("nightlatch diff a; nightlatch restore a", "nightlatch diff --local a; nightlatch restore --local a"),
        ("`nightlatch guard apply` wants it", "`nightlatch guard apply --local` wants it"),
        *(
            (text, text)
            for text in (
                "nightlatch resume --local, then again",
                "nightlatch rules list; nightlatch up; nightlatch is paused",
                "nightlatch allowed it; nightlatch restore-all",
            )
        ),
    ],
)
def test_each_command_in_a_text_gets_the_place_once(text, wanted):
    assert placed(text, " --local") == wanted


def test_without_a_place_nothing_is_added():
    assert placed("nightlatch approve r-1", "") == "nightlatch approve r-1"


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        (["approve", "r-1"], ""),
        (["approve", "r-1", "--local"], " --local"),
        (["approve", "r-1", "--local", "--profile", "ben"], " --local --profile ben"),
        (["approve", "r-1", "--stack=watch", "--region", "eu-west-1"], " --stack watch --region eu-west-1"),
        (["approve", "r-1", "--stack"], " --stack "),
    ],
)
def test_the_place_is_read_from_the_command_line(arguments, options):
    assert place_in(arguments).split() == options.split()
