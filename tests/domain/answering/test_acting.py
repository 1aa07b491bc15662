"""A call that a dry-run prints is the call that is made: a person may paste it."""

from __future__ import annotations

import shlex
import shutil
import subprocess

import pytest

from nightlatch.domain.answering.acting import Call

BASH = shutil.which("bash")
TEXT = '{ "Version":"2012-10-17",\n\t"Sid": "it\'s \\u00fc, \x85 and \u2028" }\n'


def command(**parameters: object) -> str:
    return Call(service="secretsmanager", operation="PutResourcePolicy", parameters=parameters).command


def as_the_shell_sees(text: str) -> list[str]:
    """Have a shell take a command line apart, in a locale that knows every character."""
    printed = subprocess.run(
        [str(BASH), "-c", f"printf '%s\\0' {text}"], env={"LC_ALL": "C.UTF-8"}, capture_output=True, check=True
    )
    return printed.stdout.decode().split("\0")[:-1]


def test_a_truth_is_a_flag_for_the_aws_command_line_takes_no_word_behind_one() -> None:
    assert command(BlockPublicPolicy=True).endswith("put-resource-policy --block-public-policy")
    assert command(RotateImmediately=False).endswith("put-resource-policy --no-rotate-immediately")


def test_a_command_is_one_line_and_plain_text_is_quoted_as_ever() -> None:
    assert command(SecretId="prod/db", Tags=[{"Key": "team", "Value": "a b"}]) == (
        "aws secretsmanager put-resource-policy --secret-id prod/db --tags "
        + shlex.quote('[{"Key": "team", "Value": "a b"}]')
    )
    assert command(ResourcePolicy=TEXT).isprintable()


@pytest.mark.skipif(BASH is None, reason="needs bash")
def test_a_policy_reaches_aws_byte_for_byte_its_line_breaks_included() -> None:
    assert as_the_shell_sees(command(ResourcePolicy=TEXT))[-1] == TEXT


@pytest.mark.skipif(BASH is None, reason="needs bash")
def test_every_character_stays_what_it_was_and_no_text_becomes_two_words() -> None:
    texts = [f"a{chr(code)}1" for code in (*range(1, 0x250), 0x200B, 0x202E, 0xFEFF, 0x1F511, 0xE0001)]

    assert as_the_shell_sees(command(TagKeys=texts))[4:] == texts
