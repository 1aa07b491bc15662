"""Every module can be imported, what it says it offers is there and is all of it, and the tree of errors is true."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from types import ModuleType

import pytest

import nightlatch
from nightlatch.domain import errors

MODULES = sorted(module.name for module in pkgutil.walk_packages(nightlatch.__path__, "nightlatch."))


def offered(module: ModuleType) -> list[str] | None:
    """Give what a module says it offers, if it says so."""
    names: list[str] | None = getattr(module, "__all__", None)
    return names


@pytest.mark.parametrize("name", MODULES)
def test_a_module_offers_what_it_says_and_hides_nothing_public_of_its_own(name: str) -> None:
    module = importlib.import_module(name)
    names = offered(module)
    if names is None:
        return

    assert len(names) == len(set(names))
    assert [missing for missing in names if not hasattr(module, missing)] == []
    own = {
        member
        for member, value in vars(module).items()
        if (inspect.isfunction(value) or inspect.isclass(value))
        and value.__module__ == name
        and not member.startswith("_")
    }
    assert own <= set(names)


def test_the_tree_of_errors_names_each_below_the_one_it_is() -> None:
    lines = re.findall(r"^([│├└─ ]*)(\w+)(?:  .*)?$", inspect.getdoc(errors) or "", re.MULTILINE)
    drawn: dict[str, str] = {}
    above: list[str] = []
    for indent, name in lines:
        depth = len(indent) // 4
        above[depth:] = [name]
        if depth:
            drawn[name] = above[depth - 1]

    raised = {cls for _, cls in inspect.getmembers(errors, inspect.isclass) if cls.__module__ == errors.__name__}
    assert drawn == {cls.__name__: cls.__mro__[1].__name__ for cls in raised if cls is not errors.NightlatchError}
