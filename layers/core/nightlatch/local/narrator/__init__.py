"""Tells what happens on the stage as CloudTrail and Secrets Manager would tell it: see `middleware.Narrator`."""

from __future__ import annotations

from nightlatch.local.narrator.calls import UnknownService
from nightlatch.local.narrator.middleware import NarrationFailure, Narrator
from nightlatch.local.narrator.records import Envelope

__all__ = ["Envelope", "NarrationFailure", "Narrator", "UnknownService"]
