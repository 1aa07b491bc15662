"""Simulated life takes minutes: `make quality` plays it, until its short form is a part of every run of the tests."""

from __future__ import annotations

import os

collect_ignore_glob = [] if os.environ.get("NIGHTLATCH_FULL") else ["test_*.py"]
