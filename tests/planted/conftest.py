"""Says at the end how much was planted and searched, for `make quality`."""

from __future__ import annotations

from typing import Any


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Add up what the stacks have noted."""
    found = [dict(report.user_properties) for report in terminalreporter.stats.get("passed", ())]
    planted = sum(int(one.get("planted", 0)) for one in found)
    searched = sum(int(one.get("searched", 0)) for one in found)
    if planted:
        terminalreporter.write_line(
            f"{planted:,} values planted, {searched / 1e6:,.0f} MB of what came out searched, none found"
        )
