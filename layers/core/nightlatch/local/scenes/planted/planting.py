"""Plants everything that AWS can hold: of every plot what breaks its check, and the twin.

    ground = Ground(client=stage.client, set_clock=stage.clock.freeze, now=..., account_id=..., region=...)
    for one in plant(ground): print(one.name, one.breaks)

On the stage the clock stands still afterwards, at the moment of the audit; `stage.clock.follow(...)` lets it go on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nightlatch.local.scenes.planted.functions import PlantedFunction, plant_function, take_away
from nightlatch.local.scenes.planted.ground import Ground
from nightlatch.local.scenes.planted.plots import FUNCTIONS, SECRETS
from nightlatch.local.scenes.planted.secrets import PlantedSecret, plant_secret

ROTATOR = "rotate-db"  # rotates every planted secret that has no function of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A secret or a function, and which checks it breaks."""

    name: str
    arn: str
    what: PlantedSecret | PlantedFunction
    breaks: frozenset[str] = frozenset()


def plant(ground: Ground) -> Iterator[Planted]:
    """Plant the secrets and functions of all plots."""
    rotator = plant_function(ground, ROTATOR, PlantedFunction())
    yield Planted(name=ROTATOR, arn=rotator, what=PlantedFunction())
    for check, plot in SECRETS.items():
        name = "-".join(filter(None, (f"prod/{check}/breaks", plot.named)))
        yield _secret(ground, name, plot.breaks, rotator, {check, *plot.also})
        yield _secret(ground, f"prod/{check}/twin", plot.twin, rotator)
    for check, plot_of_function in FUNCTIONS.items():
        name = check.replace(".", "-")
        yield from plant_rotator(ground, f"{name}-breaks", plot_of_function.breaks, {check})
        yield from plant_rotator(ground, f"{name}-twin", plot_of_function.twin)


def plant_rotator(
    ground: Ground, name: str, what: PlantedFunction, breaks: set[str] | frozenset[str] = frozenset()
) -> Iterator[Planted]:
    """Plant a function, and a secret that it rotates."""
    arn = plant_function(ground, name, what)
    yield Planted(name=name, arn=arn, what=what, breaks=frozenset(breaks))
    if what.rotates:
        yield _secret(ground, f"prod/of/{name}", PlantedSecret(), arn)
    if what.is_gone:
        take_away(ground, name)


def _secret(
    ground: Ground, name: str, what: PlantedSecret, rotator: str, breaks: set[str] | frozenset[str] = frozenset()
) -> Planted:
    arn = plant_secret(ground, name, what, rotator=rotator)
    return Planted(name=name, arn=arn, what=what, breaks=frozenset(breaks))
