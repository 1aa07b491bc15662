"""After this module a reader knows what a template asks for, in the order in which it can be made.

Reading and making are two steps: what is read here is a value that a test can look at without a server.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from nightlatch.local.deployment.errors import CircularDependency, UnknownReference, Unsupported
from nightlatch.local.deployment.intrinsics import Evaluator, references, require_known
from nightlatch.local.deployment.parameters import check_rules, choose_parameters
from nightlatch.local.deployment.sam import translate

_SECTIONS = frozenset(
    {
        "AWSTemplateFormatVersion",
        "Conditions",
        "Description",
        "Mappings",
        "Metadata",
        "Outputs",
        "Parameters",
        "Resources",
        "Rules",
        "Transform",
    }
)
# What these say matters to updates and removals, which a stage that lives for an hour never has.
_IGNORED_ATTRIBUTES = frozenset({"DeletionPolicy", "UpdateReplacePolicy", "Metadata", "UpdatePolicy"})
_READ_ATTRIBUTES = frozenset({"Type", "Properties", "DependsOn", "Condition"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A resource that the template asks for, its properties not yet resolved."""

    logical_id: str
    type: str
    properties: Mapping[str, Any]
    after: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the stage pretends to be: what the pseudo parameters say."""

    account: str
    region: str
    stack_name: str

    @property
    def stack_arn(self) -> str:
        """The ARN of the stack; AWS has a random id where this says `stage`."""
        return f"arn:aws:cloudformation:{self.region}:{self.account}:stack/{self.stack_name}/stage"

    def pseudo(self) -> dict[str, str]:
        """Give the pseudo parameters of CloudFormation."""
        return {
            "AWS::AccountId": self.account,
            "AWS::Partition": "aws",
            "AWS::Region": self.region,
            "AWS::StackId": self.stack_arn,
            "AWS::StackName": self.stack_name,
            "AWS::URLSuffix": "amazonaws.com",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A template whose parameters are chosen and whose conditions are decided."""

    folder: Path
    place: Place
    parameters: Mapping[str, Any]
    mappings: Mapping[str, Any]
    conditions: Mapping[str, bool]
    resources: tuple[Wanted, ...]
    outputs: Mapping[str, Any] = field(default_factory=dict)


def read_template(path: Path, parameters: Mapping[str, str], place: Place) -> Template:
    """Read a SAM or CloudFormation template and put its resources into dependency order.

    Raises:
        TemplateError: The template is wrong, or asks for what the stage does not support.
    """
    plain = translate(path, dict(parameters), place.region)
    unknown = sorted(set(plain) - _SECTIONS)
    if unknown:
        raise Unsupported(f"the stage does not read the template section {', '.join(unknown)}")
    chosen = choose_parameters(plain.get("Parameters", {}), parameters)
    mappings = plain.get("Mappings", {})
    conditions = _Conditions(plain.get("Conditions", {}), {**place.pseudo(), **chosen}, mappings)
    check_rules(plain.get("Rules", {}), Evaluator(conditions))
    decided = {name: conditions.condition(name) for name in plain.get("Conditions", {})}
    wanted = {
        name: _wanted(name, resource)
        for name, resource in plain["Resources"].items()
        if "Condition" not in resource or require_known(resource["Condition"], decided, "the condition")
    }
    return Template(
        folder=path.parent,
        place=place,
        parameters=chosen,
        mappings=mappings,
        conditions=decided,
        resources=_in_order(wanted),
        outputs={
            name: output["Value"]
            for name, output in plain.get("Outputs", {}).items()
            if "Condition" not in output or decided[output["Condition"]]
        },
    )


def _wanted(name: str, resource: Mapping[str, Any]) -> Wanted:
    strange = sorted(set(resource) - _READ_ATTRIBUTES - _IGNORED_ATTRIBUTES)
    if strange:
        raise Unsupported(f"{name}: the stage does not read the attribute {', '.join(strange)}")
    depends = resource.get("DependsOn", [])
    explicit = frozenset([depends] if isinstance(depends, str) else depends)
    properties = resource.get("Properties") or {}
    return Wanted(
        logical_id=name,
        type=resource["Type"],
        properties=properties,
        after=explicit | references(properties),
    )


def _in_order(wanted: Mapping[str, Wanted]) -> tuple[Wanted, ...]:
    # A name that is no resource is a parameter, or an error that resolving will report with its place.
    graph = {name: sorted(one.after & wanted.keys()) for name, one in wanted.items()}
    try:
        return tuple(wanted[name] for name in TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise CircularDependency(f"resources wait for each other: {' -> '.join(error.args[1])}") from error


class _Conditions:
    """The world in which conditions are decided: parameters and mappings, no resource yet."""

    def __init__(self, declared: Mapping[str, Any], values: Mapping[str, Any], mappings: Mapping[str, Any]) -> None:
        self._declared = declared
        self._values = values
        self._mappings = mappings
        self._evaluator = Evaluator(self)

    def ref(self, name: str) -> Any:
        return require_known(name, self._values, "the parameter")

    def attribute(self, logical_id: str, name: str) -> Any:
        raise UnknownReference(f"a condition cannot read the attribute {logical_id}.{name}")

    def condition(self, name: str) -> bool:
        return bool(self._evaluator.resolve(require_known(name, self._declared, "the condition")))

    def look_up(self, table: str, first: str, second: str) -> Any:
        return look_up(self._mappings, table, first, second)

    def parameter_store(self, name: str) -> str:
        raise Unsupported(f"a condition cannot read the SSM parameter {name}")


def look_up(mappings: Mapping[str, Any], table: str, first: str, second: str) -> Any:
    """Read one entry of the Mappings section.

    Raises:
        UnknownReference: There is no such entry.
    """
    try:
        return mappings[table][first][second]
    except KeyError as error:
        raise UnknownReference(f"the mapping {table} has no entry {first}.{second}") from error
