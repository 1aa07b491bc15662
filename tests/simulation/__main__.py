"""Measures the long form and writes the page: `python -m simulation docs/detection-quality.md`, by `make quality`.

Both lives, without attacks and with them, are played at the same time, each in a process of its own.
"""

from __future__ import annotations

import gc
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from nightlatch.detections import CATALOGUE
from simulation.life import LONG
from simulation.page import Measured, page
from simulation.played import played
from simulation.real_records import real_cases
from simulation.told_stories import story_cases


def main() -> None:
    """Write the page to the file that the command line names."""
    (place,) = sys.argv[1:]
    folder = os.environ.get("NIGHTLATCH_RECORDS")
    # A month of sightings makes no cycles: to look for them costs a fifth of the time and frees nothing.
    with ProcessPoolExecutor(2, initializer=gc.disable) as pool:
        benign = pool.submit(played, LONG, with_attacks=False)
        attacked = pool.submit(played, LONG, with_attacks=True)
        stories = pool.submit(story_cases)
        real = real_cases(Path(folder)) if folder else ()
        measured = Measured(benign=benign.result(), attacked=attacked.result(), stories=stories.result(), real=real)
    Path(place).write_text(page(measured, CATALOGUE), "utf-8")
    sys.stdout.write(f"{place} written\n")


if __name__ == "__main__":
    main()
