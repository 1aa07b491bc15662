"""Tries mutants of one rule: pytest collects its tests once, and each mutant runs them in a fork of its own.

In the fork the detection takes over what the changed code says, where it stands: every test that holds it sees the
mutant. The tests are the rule's own file, and what test_catalogue says of examples, asked of the mutant's examples.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from types import ModuleType

import pytest

from mutation.operators import Mutant
from mutation.score import TESTS, rule_file, tests_of
from nightlatch import detections
from nightlatch.domain.judging.rules import Detection

_SECONDS = 30
_OF_RULES = (
    "test_a_detection_names_its_place_in_catalogue_and_attack",
    "test_the_first_example_is_as_severe_as_the_rule_says",
)
_OF_ALL_EXAMPLES = ("test_an_example_is_possible", "test_an_example_does_what_it_says")
_OF_FIRING_EXAMPLES = ("test_what_a_finding_says_is_complete",)
_CATALOGUE = "test_catalogue.py::test_the_catalogue_holds_the_first_slice"  # one test, to have its module
_ALONE = ("--override-ini=addopts=--import-mode=importlib", "--capture=no", "--hypothesis-seed=0")
_WITHOUT = tuple(
    part for plugin in ("randomly", "xdist", "cacheprovider", "terminal") for part in ("-p", f"no:{plugin}")
)


def survivors(rule: str, tried: list[Mutant]) -> list[Mutant]:
    """Give the mutants that no test of the rule finds.

    Raises:
        RuntimeError: The tests fail without any mutant, so that they say nothing.
    """
    trials = _Trials(rule, tried)
    pytest.main([*_ALONE, *_WITHOUT, str(tests_of(rule)), str(TESTS / _CATALOGUE)], plugins=[trials])
    if not trials.ran:
        message = f"the tests of {rule} do not pass as they are"
        raise RuntimeError(message)
    return trials.survived


@dataclass(slots=True)
class _Trials:
    """Takes the place of pytest's own loop over the tests."""

    rule: str
    tried: list[Mutant]
    survived: list[Mutant] = field(default_factory=list)
    ran: bool = False

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the tests once for each mutant, and once for none."""
        unchanged = rule_file(self.rule).read_text("utf-8")
        self.ran = bool(session.items) and _passes(self.rule, unchanged, session)
        if self.ran:
            self.survived += [mutant for mutant in self.tried if _passes(self.rule, mutant.code, session)]
        return True


def _passes(rule: str, code: str, session: pytest.Session) -> bool:
    """Run the tests on other code, in a fork; what does not end there, or breaks, has not passed."""
    child = os.fork()
    if child == 0:
        signal.alarm(_SECONDS)  # ends the child, if the mutant never does
        for stream in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
        try:
            os._exit(0 if _run(rule, code, session) else 1)
        except BaseException:  # noqa: BLE001 - a mutant may break in any way, and each is a way of being found out
            os._exit(1)
    _, status = os.waitpid(child, 0)
    return status == 0


def _run(rule: str, code: str, session: pytest.Session) -> bool:
    _take_over(rule, code)
    _try_examples(session, getattr(detections, rule).DETECTION)
    own = [item for item in session.items if item.path == tests_of(rule)]
    for item, following in zip(own, [*own[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return False
    return True


def _take_over(rule: str, code: str) -> None:
    """Let everything that holds the rule, or a name of its module, hold what the code says."""
    real = importlib.import_module(f"{detections.__name__}.{rule}")
    mutant = ModuleType(real.__name__)
    mutant.__file__ = real.__file__
    sys.modules[real.__name__] = mutant  # a dataclass looks for its module there
    exec(compile(code, str(real.__file__), "exec"), mutant.__dict__)  # noqa: S102 - our own code, changed by us
    for one in fields(Detection):
        object.__setattr__(real.DETECTION, one.name, getattr(mutant.DETECTION, one.name))
    vars(mutant)["DETECTION"] = real.DETECTION
    setattr(detections, rule, mutant)
    for module in _test_modules():
        for name, value in list(vars(module).items()):
            if name in vars(real) and value is vars(real)[name]:
                setattr(module, name, vars(mutant)[name])


def _test_modules() -> Iterator[ModuleType]:
    return (
        module for module in list(sys.modules.values()) if str(getattr(module, "__file__", "")).startswith(str(TESTS))
    )


def _try_examples(session: pytest.Session, rule: Detection) -> None:
    (catalogue,) = {item.module for item in session.items if item.name == _CATALOGUE.rpartition(":")[2]}  # type: ignore[attr-defined]
    for test in _OF_RULES:
        getattr(catalogue, test)(rule)
    for example in rule.examples:
        for test in (*_OF_ALL_EXAMPLES, *(_OF_FIRING_EXAMPLES if example.fires else ())):
            getattr(catalogue, test)(rule, example)
