"""What verbs share: which nightlatch they talk to, and how an act is asked for; a verb takes each as one value.

The command line has an option for each part of these, the same ones in every verb and in the same order.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from typing import Annotated, Any, get_type_hints

import typer

from nightlatch.cli.speech.forms import Form

Local = Annotated[bool, typer.Option("--local", help="Talk to the stage that `nightlatch up` keeps open here.")]
Stack = Annotated[str, typer.Option(help="The deployed stack to talk to.")]
Profile = Annotated[
    str | None,
    typer.Option(help="AWS profile; your usual credentials if none. With --local who you are there: ana or ben."),
]
Region = Annotated[str | None, typer.Option(help="AWS Region of the stack; that of your profile if none.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the plan and stop.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking, as a script must.")]
Direct = Annotated[
    bool,
    typer.Option("--direct", help="Write with your own credentials instead of the responder's; it is recorded."),
]
Output = Annotated[Form, typer.Option(case_sensitive=False, help="How to write the result.")]

Verb = Callable[..., int]
_Options = Mapping[str, tuple[Any, object]]  # name -> (annotation, default)
_WHERE: _Options = {
    "local": (Local, False),
    "stack": (Stack, "nightlatch"),
    "profile": (Profile, None),
    "region": (Region, None),
}
_ASKED: _Options = {"dry_run": (DryRun, False), "yes": (Yes, False), "direct": (Direct, False)}


def with_options(*, direct: bool = True) -> Callable[[Verb], Verb]:
    """Put the options of the command line in the place of a verb's parameters `where` and `asked`.

    Args:
        direct: Whether the act may be done with one's own credentials.
    """
    asked = _ASKED if direct else {name: option for name, option in _ASKED.items() if name != "direct"}

    def given(verb: Verb) -> Verb:
        # The two types load the engine, which --help must not; so they are no more than names here.
        hints = get_type_hints(verb, localns={"Where": object, "Asked": object}, include_extras=True)
        taken = inspect.signature(verb).parameters

        @wraps(verb)
        def run(**options: Any) -> int:
            if "where" in taken:
                from nightlatch.reach.where import Where  # noqa: PLC0415

                options["where"] = Where(**{name: options.pop(name) for name in _WHERE})
            if "asked" in taken:
                from nightlatch.cli.acts.acting import Asked  # noqa: PLC0415

                options["asked"] = Asked(**{name: options.pop(name) for name in asked})
            return verb(**options)

        shown = list(_shown(taken, hints, asked))
        run.__signature__ = inspect.Signature(shown, return_annotation=int)  # type: ignore[attr-defined]
        run.__annotations__ = {one.name: one.annotation for one in shown} | {"return": int}
        return run

    return given


def _shown(
    taken: Mapping[str, inspect.Parameter], hints: Mapping[str, Any], asked: _Options
) -> Iterator[inspect.Parameter]:
    for name, parameter in taken.items():
        options = {"where": _WHERE, "asked": asked}.get(name)
        if options is None:
            yield parameter.replace(annotation=hints[name])
        else:
            for option, (annotation, default) in options.items():
                yield inspect.Parameter(option, parameter.kind, default=default, annotation=annotation)
