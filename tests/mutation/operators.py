"""How a condition may be wrong: mutmut's operators, and those that it lacks and a rule needs.

mutmut swaps comparisons, `and` and `or`, `in`, `is` and `not`, raises numbers, and leaves arguments and cases out. What
is added here: a condition that always or never holds, a clause left out, a number one lower, a predicate that says the
same of everything, a filter of history left out, one of several elements, another severity, nothing returned.

Of mutmut's, those are left out that break the code instead of bending it (None for a value, a call without what it
needs), for these are killed by anything and only raise the score. Text that people read is no condition: a string with
a blank in it, the text of an f-string, and the arguments `reason` and `headline`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import libcst as cst
from libcst import matchers as m
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation import mutators
from mutmut.mutation.file_mutation import MutationVisitor
from mutmut.mutation.pragma_handling import IgnoredCode

_TEXT_ARGUMENTS = frozenset({"reason", "headline"})
_NEEDED_ARGUMENTS = frozenset({"name", "source", "too_much", "width"})  # a call without them only breaks
_OF_ANY_NUMBER = frozenset({"called", "calls_of", "named", "secrets_manager"})
_FILTERS = frozenset({"about", "after", "asking", "before", "between", "named", "only", "until", "upto"})  # of a Trail
_TWINS = {"all": "any", "any": "all", "max": "min", "min": "max", "before": "upto", "upto": "before"}
_SEVERITIES = {"CRITICAL": "HIGH", "HIGH": "MEDIUM", "MEDIUM": "LOW", "LOW": "MEDIUM"}
_SHORT_WORDS = 8
_TRUE, _FALSE = cst.Name("True"), cst.Name("False")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change to a file."""

    kind: str
    line: int
    column: int
    was: str
    becomes: str
    code: str  # the whole file, changed


def mutants(source: str, lines: frozenset[int]) -> Iterator[Mutant]:
    """Make every mutant of some lines of a file, each text of the file once."""
    seen = {source}
    for kind, operators in KINDS.items():
        wrapper = MetadataWrapper(cst.parse_module(source))
        visitor = MutationVisitor(operators, IgnoredCode(set(), set(), set()), set(lines))
        module = wrapper.visit(visitor)
        positions = wrapper.resolve(PositionProvider)
        for made in visitor.mutations:
            changed = module.deep_replace(made.original_node, made.mutated_node)
            code = cst.ensure_type(changed, cst.Module).code
            if code not in seen and _compiles(code):
                seen.add(code)
                was, becomes = _differing(*(_shown(module, node) for node in (made.original_node, made.mutated_node)))
                start = positions[made.original_node].start
                yield Mutant(kind, start.line, start.column, was, becomes, code)


def _shown(module: cst.Module, node: cst.CSTNode) -> str:
    if isinstance(node, cst.FunctionDef):
        node = node.with_changes(body=node.body.with_changes(body=node.body.body[-1:]))
    elif isinstance(node, (cst.If, cst.CompIf, cst.IfExp)):
        node = node.test
    return " ".join(module.code_for_node(node).split())


def _differing(was: str, becomes: str) -> tuple[str, str]:
    """Leave out the words in which two long texts agree, but for the two on either side."""
    before, after = was.split(), becomes.split()
    if len(before) <= _SHORT_WORDS:
        return was, becomes
    shorter = min(len(before), len(after))
    start = next((n for n in range(shorter) if before[n] != after[n]), shorter)
    end = next((n for n in range(shorter - start) if before[-1 - n] != after[-1 - n]), shorter - start)
    start, end = max(start - 2, 0), max(end - 2, 0)
    return tuple(" ".join(words[start : len(words) - end]) for words in (before, after))  # type: ignore[return-value]


def _compiles(code: str) -> bool:
    try:
        compile(code, "a mutant", "exec")
    except SyntaxError:
        return False
    return True


def always_or_never(node: cst.If | cst.CompIf) -> Iterator[cst.CSTNode]:
    """Let a condition hold always, or never."""
    yield node.with_changes(test=_TRUE)
    yield node.with_changes(test=_FALSE)


def without_a_clause(node: cst.BooleanOperation) -> Iterator[cst.BaseExpression]:
    """Leave either side of `and` or `or` out."""
    for side in (node.left, node.right):
        yield side.with_changes(lpar=[*node.lpar, *side.lpar], rpar=[*side.rpar, *node.rpar])


def same_of_everything(node: cst.FunctionDef) -> Iterator[cst.FunctionDef]:
    """Let a predicate say the same of everything."""
    if m.matches(node, m.FunctionDef(returns=m.Annotation(m.Name("bool")))):
        for answer in (_TRUE, _FALSE):
            yield node.with_changes(body=cst.IndentedBlock([cst.SimpleStatementLine([cst.Return(answer)])]))


def nothing(node: cst.Return) -> Iterator[cst.Return]:
    """Return nothing."""
    if node.value is not None and not m.matches(node.value, m.Name("None") | m.Name("True") | m.Name("False")):
        yield node.with_changes(value=cst.Name("None"))


def one_more_or_less(node: cst.BaseNumber) -> Iterator[cst.BaseNumber]:
    """Move a threshold, a window or an index by one."""
    yield from mutators.operator_number(node)
    if isinstance(node, (cst.Integer, cst.Float)) and node.evaluated_value > 0:
        yield node.with_changes(value=repr(node.evaluated_value - 1))


def another_word(node: cst.BaseString) -> Iterator[cst.BaseString]:
    """Spell a name of AWS's or of ours otherwise; text that people read, and no text, are left alone."""
    if isinstance(node, cst.SimpleString) and node.raw_value and " " not in node.raw_value:
        yield from list(mutators.operator_string(node))[:1]


def without_an_argument(node: cst.Call) -> Iterator[cst.Call]:
    """Leave out one argument of those that a call can do without, unless it is text."""
    for mutant in mutators.operator_arg_removal(node):
        left_out = [arg for arg in node.args if arg not in mutant.args]
        if len(mutant.args) < len(node.args) and all(_can_miss(arg, node) for arg in left_out):
            yield mutant


def _can_miss(arg: cst.Arg, call: cst.Call) -> bool:
    if arg.keyword is not None:
        return arg.keyword.value not in _TEXT_ARGUMENTS | _NEEDED_ARGUMENTS
    name = call.func.attr if isinstance(call.func, cst.Attribute) else call.func
    return bool(arg.star) or (isinstance(name, cst.Name) and name.value in _OF_ANY_NUMBER)


def without_an_element(node: cst.Tuple | cst.List | cst.Set) -> Iterator[cst.CSTNode]:
    """Leave one of several named things out; of words each is spelt otherwise already."""
    is_value = bool(node.lpar) or not isinstance(node, cst.Tuple)  # names that a statement assigns stand without
    named = all(isinstance(element.value, (cst.Name, cst.Attribute)) for element in node.elements)
    if is_value and named and len(node.elements) > 1:
        for left_out in node.elements:
            yield node.with_changes(elements=[element for element in node.elements if element is not left_out])


def string_method(node: cst.Call) -> Iterator[cst.CSTNode]:
    """Look from the other end of a string; `find` here is a trail's."""
    if not m.matches(node.func, m.Attribute(attr=m.Name("find"))):
        yield from mutators.operator_symmetric_string_methods_swap(node)
        yield from mutators.operator_unsymmetrical_string_methods_swap(node)


def without_a_filter(node: cst.Call) -> Iterator[cst.BaseExpression]:
    """Leave out one filter of a chain: `trail.named("A").only(b)` becomes `trail.named("A")`."""
    if isinstance(node.func, cst.Attribute) and node.func.attr.value in _FILTERS:
        yield node.func.value


def twin(node: cst.Call) -> Iterator[cst.Call]:
    """Call the function beside: `any` for `all`, `before` a moment for `upto` it."""
    name = node.func.attr if isinstance(node.func, cst.Attribute) else node.func
    if isinstance(name, cst.Name) and name.value in _TWINS:
        yield node.with_deep_changes(name, value=_TWINS[name.value])


def another_severity(node: cst.Attribute) -> Iterator[cst.Attribute]:
    """Say that it is worse, or less bad."""
    if m.matches(node.value, m.Name("Severity")) and node.attr.value in _SEVERITIES:
        yield node.with_changes(attr=cst.Name(_SEVERITIES[node.attr.value]))


KINDS: Mapping[str, mutators.OPERATORS_TYPE] = {
    "condition": [(cst.If, always_or_never), (cst.CompIf, always_or_never), (cst.IfExp, mutators.operator_if_exp)],
    "clause": [(cst.BooleanOperation, without_a_clause), (cst.FunctionDef, same_of_everything)],
    "operator": [
        (cst.CSTNode, mutators.operator_swap_op),
        (cst.CSTNode, mutators.operator_keywords),
        (cst.UnaryOperation, mutators.operator_remove_unary_ops),
        (cst.Name, mutators.operator_name),
    ],
    "number": [(cst.BaseNumber, one_more_or_less)],
    "severity": [(cst.Attribute, another_severity)],
    "word": [
        (cst.BaseString, another_word),
        (cst.Call, string_method),
    ],
    "filter": [(cst.Call, without_a_filter), (cst.Call, twin)],
    "argument or element": [
        (cst.Call, without_an_argument),
        (cst.Tuple, without_an_element),
        (cst.List, without_an_element),
        (cst.Set, without_an_element),
    ],
    "return": [(cst.Return, nothing), (cst.Match, mutators.operator_match)],
}
