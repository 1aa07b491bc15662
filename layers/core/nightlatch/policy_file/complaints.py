"""Checks a document against its schema and says of each mistake where it is and what to write instead.

An unknown key is an error with "did you mean", because a misspelt `protct` that is ignored leaves a secret unguarded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import TypeVar, get_args

from pydantic import BaseModel, ValidationError

from nightlatch.domain.errors import InvalidPolicy

_Model = TypeVar("_Model", bound=BaseModel)


def checked(model: type[_Model], document: object, where: str) -> _Model:
    """Read a document by its schema.

    Raises:
        InvalidPolicy: Something in it is wrong.
    """
    if not isinstance(document, Mapping):
        raise InvalidPolicy(f"{where}: expected keys and values, found {type(document).__name__}")
    try:
        return model.model_validate(document)
    except ValidationError as error:
        complaints = "; ".join(
            _complaint(model, detail["loc"], detail["type"], detail["msg"]) for detail in error.errors()
        )
        raise InvalidPolicy(f"{where}: {complaints}") from None  # pydantic's text would echo the document


def _complaint(model: type[BaseModel], place: tuple[int | str, ...], kind: str, message: str) -> str:
    path = ".".join(str(part) for part in place)
    if kind != "extra_forbidden":
        return f"{path}{': ' if path else ''}{message[:1].lower()}{message[1:]}"
    known = _keys_at(model, place[:-1])
    near = get_close_matches(str(place[-1]), known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"known keys are {', '.join(sorted(known))}"
    return f"unknown key {path!r}; {hint}"


def _keys_at(model: type[BaseModel], place: Iterable[int | str]) -> list[str]:
    """Walk the model along a path to the keys that are allowed there."""
    current = model
    for part in place:
        field = current.model_fields.get(str(part))
        if field is not None:
            current = _inner_model(field.annotation) or current
    return list(current.model_fields)


def _inner_model(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _inner_model(inner))), None)
