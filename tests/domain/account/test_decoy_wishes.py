"""A memo is a line that every channel can show, and a name is one that AWS takes; anything else is refused with why."""

from __future__ import annotations

import pytest

from nightlatch.domain.account.decoy_wishes import checked_memo, checked_name
from nightlatch.domain.account.decoys import MOST_MEMO
from nightlatch.domain.errors import Refused


def test_a_memo_may_say_anything_in_one_line():
    hostile = "<!channel> *bold* <script>alert(1)</script> =cmd|' /C calc'!A0 {{7*7}}"

    assert checked_memo(f"  {hostile} ") == hostile
    assert checked_memo("é" * MOST_MEMO)


@pytest.mark.parametrize(
    ("memo", "why"),
    [
        ("", "needs a memo"),
        ("   ", "needs a memo"),
        ("x" * (MOST_MEMO + 1), f"has {MOST_MEMO + 1} characters"),
        ("two\nlines", "in one line"),
        ("bell\a", "in one line"),
        ("turned \u202e round", "in one line"),
        ("it holds password=hunter2hunter2", "seems to hold a password"),
    ],
)
def test_a_memo_that_cannot_be_shown_is_refused_and_not_repeated(memo, why):
    with pytest.raises(Refused, match=why) as refusal:
        checked_memo(memo)

    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize(
    "name", ["", "with space", "x" * 513, "arn:aws:secretsmanager:eu-west-1:1:secret:a", "ü", "a\n"]
)
def test_what_is_no_name_is_refused(name):
    with pytest.raises(Refused, match="by a name that AWS takes"):
        checked_name(name)
