"""Why a mutant may survive, one line each, written by whoever looked: by rule, and by what was changed."""

from __future__ import annotations

from collections.abc import Mapping

REASONS: Mapping[str, Mapping[str, str]] = {}
