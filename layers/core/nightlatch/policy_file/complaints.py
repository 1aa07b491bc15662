"""Checks a document against its schema and says of each mistake where it is and what to write instead.

An unknown key is an error with "did you mean", because a misspelt `protct` that is ignored leaves a secret unguarded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from nightlatch.domain.errors import InvalidPolicy
from nightlatch.policy_file.complaint_words import in_words, kind_of

_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Complaint:
    """One mistake: its place in the document (empty for the whole), and what to write instead."""

    place: str
    problem: str

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.place}: {self.problem}" if self.place else self.problem


def checked(model: type[_Model], document: object, where: str) -> _Model:
    """Read a document by its schema.

    Raises:
        InvalidPolicy: Something in it is wrong; the message names every mistake.
    """
    read = read_or_complain(model, document)
    if isinstance(read, model):
        return read
    raise InvalidPolicy(f"{where}: {'; '.join(map(str, read))}") from None


def read_or_complain(model: type[_Model], document: object) -> _Model | tuple[Complaint, ...]:
    """Read a document by its schema, or give every mistake in it; none repeats a value that was written."""
    if not isinstance(document, Mapping):
        return (Complaint("", f"expected keys and values, found {kind_of(document)}"),)
    try:
        return model.model_validate(document)
    except ValidationError as error:  # pydantic's own text would echo the document
        return tuple(_complaint(model, detail) for detail in error.errors())


def _complaint(model: type[BaseModel], detail: Mapping[str, Any]) -> Complaint:
    place = detail["loc"]
    path = ".".join(str(part) for part in place)
    if detail["type"] != "extra_forbidden":
        return Complaint(path, in_words(detail))
    known = _keys_at(model, place[:-1])
    near = get_close_matches(str(place[-1]), known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"known keys are {', '.join(sorted(known))}"
    return Complaint("", f"unknown key {path!r}; {hint}")


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
