"""A skip that hides a missing tool is a failure in CI, and only there."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

MARKED_AND_UNMARKED = """
import pytest

@pytest.mark.sam
def test_needs_sam():
    pytest.skip("no SAM CLI")

@pytest.mark.skip(reason="only on Windows")
def test_elsewhere():
    pass

@pytest.mark.sam
@pytest.mark.xfail(strict=True)
def test_known_to_fail():
    assert False
"""
WHOLE_MODULE = """
import pytest

pytest.skip("no browser", allow_module_level=True)
"""


@pytest.fixture
def inner(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.delenv("NIGHTLATCH_CI", raising=False)
    pytester.makeini("[pytest]\nmarkers =\n  sam: needs the SAM CLI\naddopts = -p no:randomly -p no:cacheprovider\n")
    pytester.makeconftest('pytest_plugins = ["no_skips"]')
    return pytester


def test_a_skip_is_a_skip_on_a_bare_machine(inner: pytest.Pytester) -> None:
    inner.makepyfile(MARKED_AND_UNMARKED)

    inner.runpytest_inprocess().assert_outcomes(skipped=2, xfailed=1)


def test_a_marked_skip_fails_in_ci_and_an_unmarked_one_does_not(
    inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner.makepyfile(MARKED_AND_UNMARKED)
    monkeypatch.setenv("NIGHTLATCH_CI", "1")

    result = inner.runpytest_inprocess()

    result.assert_outcomes(failed=1, skipped=1, xfailed=1)
    result.stdout.fnmatch_lines(["*NIGHTLATCH_CI=1*no SAM CLI*"])


def test_a_skipped_module_fails_in_ci(inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    inner.makepyfile(WHOLE_MODULE)
    monkeypatch.setenv("NIGHTLATCH_CI", "1")

    inner.runpytest_inprocess().assert_outcomes(errors=1)
