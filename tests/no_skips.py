"""In CI a test that needs the real records, the browser or the SAM CLI is not let off: there all three are present."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

_NEVER_SKIPPED_IN_CI = frozenset({"records", "browser", "sam"})


def _in_ci() -> bool:
    return os.environ.get("NIGHTLATCH_CI") == "1"


def _fail_instead(report: pytest.TestReport | pytest.CollectReport) -> None:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    report.outcome = "failed"
    report.longrepr = f"skipped where nothing may be skipped (NIGHTLATCH_CI=1): {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip of a marked test into a failure."""
    report = yield
    expected_failure = hasattr(report, "wasxfail")  # pytest reports these as skipped too
    marked = any(mark.name in _NEVER_SKIPPED_IN_CI for mark in item.iter_markers())
    if _in_ci() and report.skipped and marked and not expected_failure:
        _fail_instead(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn the skip of a whole module into a failure: its marks are not known, so none is let off."""
    report = yield
    if _in_ci() and report.skipped:
        _fail_instead(report)
    return report
