"""Whether an audit has become blind: half or more of what it asks a question of no longer answers.

Asked of each question by itself, for whoever takes one permission away blinds a few checks everywhere, and leaves the
score as it was. What an operator chose to do without, or muted, is no blindness; neither is a secret that vanished.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nightlatch.domain.posture.findings import FAULT, UNSEEN
from nightlatch.domain.posture.reports import Kept, Run, Stage, Standing, stage_of
from nightlatch.domain.posture.unseen import CHOSEN


@dataclass(slots=True)
class _Look:
    """How often a question was not answered."""

    now: int = 0
    before: int = 0


Looks = dict[tuple[str, Stage], _Look]  # by the question, and by what it is asked about


def note_look(looks: Looks, kept: Kept) -> None:
    """Count a finding that says that nobody could look, or that a check failed; others count for nothing."""
    beginning = next((one for one in (f"{UNSEEN}.", f"{FAULT}.") if kept.finding.check.startswith(one)), None)
    if beginning is None:
        return
    question = kept.finding.check.removeprefix(beginning)
    if question in CHOSEN:
        return
    look = looks.setdefault((question, stage_of(kept.finding.subject)), _Look())
    look.now += kept.standing.is_there
    look.before += kept.standing is not Standing.NEW


def blinded(looks: Looks, run: Run) -> Iterator[str]:
    """Name each question that half or more do not answer now, and fewer did not in the audit before."""
    of = {Stage.SECRETS: (run.secrets, "secrets"), Stage.FUNCTIONS: (run.functions, "functions")}
    for (question, stage), look in sorted(looks.items()):
        all_of_them, what = of.get(stage, (1, ""))
        if look.now and 2 * look.now >= all_of_them > 2 * look.before:
            yield f"{question} at {look.now:,} of {all_of_them:,} {what}" if what else f"{question} at the account"
