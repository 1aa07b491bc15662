"""The benign life of the organisation, day by day: the long form in full, the short one thinned."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from simulation import machines, people
from simulation.organisation import Organisation
from simulation.records import Record, Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How much of the life is played."""

    days: int
    organisation: Organisation
    learning: int = 14  # days at the beginning that are no week of the figures
    first_attack: int = 15
    refresh_min: int = 1  # how often the operator refreshes its secrets, in minutes
    refresh_min_learning: int = 1
    scans_learning: tuple[float, ...] = machines.SCANS  # hours


LONG = Form(days=30, organisation=Organisation())
SHORT = Form(
    days=18,
    organisation=Organisation(secrets=50, principals=12, refreshed=10, spare=8),
    learning=15,
    refresh_min=30,
    refresh_min_learning=240,
    scans_learning=machines.SCANS[:1],
)


def benign_day(form: Form, day: int, gone: Collection[Secret] = ()) -> list[Record]:
    """Give the records of a day without attacks; `gone` are secrets that an attack has destroyed."""
    org = form.organisation
    learning = day < form.learning
    every = form.refresh_min_learning if learning else form.refresh_min
    return [
        *machines.terraform(org, day),
        *machines.secrets_operator(org, day, every),
        *machines.rotations(org, day),
        *machines.deployments(org, day),
        *machines.reports(org, day),
        *machines.scans(org, day, gone, form.scans_learning if learning else machines.SCANS),
        *machines.stacks(org, day),
        *people.working_day(org, day),
        *people.on_call(org, day),
        *people.fixes(org, day),
    ]
