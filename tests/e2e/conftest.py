"""End-to-end tests share one build, one interpreter like Lambda's, and per module one stage to watch.

One per module and not one for the whole run: moto keeps its state per process, and any other test that starts moto
empties it. Each module's tests stay on one worker (`xdist_group`), so that none sets the stage up twice.
"""

from __future__ import annotations

from e2e.built import built, lambda_python
from e2e.watched import every_channel, interpreter, stage_template, watched

__all__ = ["built", "every_channel", "interpreter", "lambda_python", "stage_template", "watched"]
