"""After this module a reader knows which CloudFormation functions the stage understands, and how.

The interpreter is strict: a function it does not know, a name that does not exist and a reference to
a resource whose condition is false are errors, where a lenient one would leave `${Name}` in a policy.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from nightlatch.local.deployment.errors import TemplateError, UnknownReference, Unsupported

NO_VALUE: Any = object()
"""What `AWS::NoValue` resolves to; a property or list element with it is left out."""

_VARIABLE = re.compile(r"\$\{(!?)([^}]+)\}")
_DYNAMIC = re.compile(r"\{\{resolve:([^:}]+):([^}]+)\}\}")


class World(Protocol):
    """What the functions may ask about everything outside the expression."""

    def ref(self, name: str) -> Any:
        """Give a parameter's value, a pseudo parameter or a resource's physical id."""

    def attribute(self, logical_id: str, name: str) -> Any:
        """Give an attribute of a resource that exists already."""

    def condition(self, name: str) -> bool:
        """Say whether a named condition holds."""

    def look_up(self, table: str, first: str, second: str) -> Any:
        """Read one entry of the Mappings section."""

    def parameter_store(self, name: str) -> str:
        """Read an SSM parameter for `{{resolve:ssm:...}}`."""


class Evaluator:
    """Resolve template expressions against a world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._functions: dict[str, Callable[[Any], Any]] = {
            "Ref": self._ref,
            "Fn::GetAtt": self._get_att,
            "Fn::Sub": self._sub,
            "Fn::Join": self._join,
            "Fn::If": self._if,
            "Fn::Equals": self._equals,
            "Fn::And": lambda parts: all(self.resolve(part) for part in parts),
            "Fn::Or": lambda parts: any(self.resolve(part) for part in parts),
            "Fn::Not": lambda parts: not self.resolve(parts[0]),
            "Fn::Contains": self._contains,
            "Fn::Select": self._select,
            "Fn::Split": self._split,
            "Fn::FindInMap": lambda parts: world.look_up(*[self.resolve(part) for part in parts]),
            "Condition": world.condition,
        }

    def resolve(self, value: Any) -> Any:
        """Resolve an expression, a structure of expressions, or a plain value.

        Raises:
            TemplateError: The expression names something absent or asks for a function not supported.
        """
        if isinstance(value, Mapping):
            return self._resolve_mapping(value)
        if isinstance(value, (list, tuple)):
            parts = [self.resolve(part) for part in value]
            return [part for part in parts if part is not NO_VALUE]
        return self._expand(value) if isinstance(value, str) else value

    def _resolve_mapping(self, value: Mapping[str, Any]) -> Any:
        if len(value) == 1:
            name, argument = next(iter(value.items()))
            # A policy statement has a member called Condition too; only a text names a condition.
            if name in self._functions and (name != "Condition" or isinstance(argument, str)):
                return self._expand(self._functions[name](argument))
            if str(name).startswith("Fn::"):
                raise Unsupported(f"the stage does not support {name}")
        parts = {name: self.resolve(part) for name, part in value.items()}
        return {name: part for name, part in parts.items() if part is not NO_VALUE}

    def _expand(self, value: Any) -> Any:
        if isinstance(value, str) and "{{resolve:" in value:
            return _DYNAMIC.sub(self._dynamic, value)
        return value

    def _dynamic(self, match: re.Match[str]) -> str:
        service, reference = match.groups()
        if service != "ssm":
            raise Unsupported(f"the stage does not expand {{{{resolve:{service}:...}}}}")
        name, _, version = reference.rpartition(":") if reference.count(":") else (reference, "", "")
        return self._world.parameter_store(f"{name}:{version}" if version else name)

    def _ref(self, name: Any) -> Any:
        return NO_VALUE if name == "AWS::NoValue" else self._world.ref(name)

    def _get_att(self, argument: Any) -> Any:
        parts = argument.split(".", 1) if isinstance(argument, str) else argument
        logical_id, name = parts
        return self._world.attribute(logical_id, self.resolve(name))

    def _sub(self, argument: Any) -> str:
        text, given = (argument, {}) if isinstance(argument, str) else argument
        variables = {name: self.resolve(value) for name, value in given.items()}

        def replace(match: re.Match[str]) -> str:
            literal, name = match.groups()
            if literal:
                return "${" + name + "}"
            if name in variables:
                return str(variables[name])
            return str(self._get_att(name) if "." in name else self._ref(name))

        return _VARIABLE.sub(replace, text)

    def _join(self, argument: Any) -> str:
        separator, parts = argument
        return str(separator).join(str(part) for part in self.resolve(parts))

    def _if(self, argument: Any) -> Any:
        name, yes, no = argument
        return self.resolve(yes if self._world.condition(name) else no)

    def _equals(self, argument: Any) -> bool:
        left, right = (self.resolve(part) for part in argument)
        return str(left) == str(right)

    def _contains(self, argument: Any) -> bool:
        parts, value = self.resolve(argument)
        return str(value) in [str(part) for part in parts]

    def _select(self, argument: Any) -> Any:
        index, parts = self.resolve(argument)
        try:
            return parts[int(index)]
        except IndexError as error:
            raise TemplateError(f"Fn::Select asks for element {index} of {len(parts)}") from error

    def _split(self, argument: Any) -> list[str]:
        separator, text = self.resolve(argument)
        return str(text).split(str(separator))


def references(value: Any) -> frozenset[str]:
    """Name everything that an expression refers to by Ref, GetAtt or Sub, without resolving it."""
    if isinstance(value, Mapping):
        found = frozenset[str]().union(*(references(part) for part in value.values()))
        if len(value) == 1:
            found |= _named(*next(iter(value.items())))
        return found
    if isinstance(value, (list, tuple)):
        return frozenset[str]().union(*(references(part) for part in value))
    return frozenset()


def _named(function: str, argument: Any) -> frozenset[str]:
    if function == "Ref" and isinstance(argument, str):
        return frozenset({argument})
    if function == "Fn::GetAtt":
        return frozenset({argument.split(".")[0] if isinstance(argument, str) else argument[0]})
    if function == "Fn::Sub":
        text, given = (argument, {}) if isinstance(argument, str) else argument
        names = {name for literal, name in _VARIABLE.findall(text) if not literal}
        return frozenset(name.split(".")[0] for name in names if name not in given)
    return frozenset()


def require_known(name: str, known: Mapping[str, Any], what: str) -> Any:
    """Look a name up in a section of the template.

    Raises:
        UnknownReference: The section has no such name.
    """
    if name not in known:
        raise UnknownReference(f"the template names {what} {name}, which it does not have")
    return known[name]
