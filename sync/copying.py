"""Copying: a document of its own for whoever may change it.

What never changes (numbers, texts, frozen values) is shared, so that a copy costs what a document
could change in, not the length of its history. What the copy holds was checked when the original
was read or taken; what becomes of it is checked when it is taken in turn (`Draft.settle`).
"""

from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from functools import cache
from inspect import isclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel

B = TypeVar("B", bound=BaseModel)
Copy = Callable[[Any], Any]
_set = object.__setattr__
UNCHANGING = (str, int, float, bool, bytes, Decimal, NoneType)


def copied(value: B) -> B:
    """An equal value, of which nothing is shared that could change."""
    kind = type(value)
    fields = value.__dict__.copy()
    for name, anew in _changing(kind):
        fields[name] = anew(fields[name])
    # As pydantic's own `__copy__` does, without its way through `copy.copy` for each part.
    copy = kind.__new__(kind)
    _set(copy, "__dict__", fields)
    _set(copy, "__pydantic_fields_set__", value.__pydantic_fields_set__.copy())
    _set(copy, "__pydantic_extra__", None)
    _set(copy, "__pydantic_private__", None)
    return copy


@cache
def _changing(kind: type[BaseModel]) -> tuple[tuple[str, Copy], ...]:
    """The fields whose values may change in place, and how each is copied."""
    ways = ((name, _way(field.annotation)) for name, field in kind.model_fields.items())
    return tuple((name, way) for name, way in ways if way is not None)


def _way(annotation: Any) -> Copy | None:
    """How a value of this type is copied; None if it can be shared."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _way(inner[0])
    if origin is Literal or annotation in UNCHANGING:
        return None
    if origin is list:
        one = _way(inner[0])
        return list if one is None else lambda some: [one(value) for value in some]
    if origin is dict and _way(inner[1]) is None:
        return dict
    if origin in (Union, UnionType):
        return _way_of_either(inner)
    if isclass(annotation) and issubclass(annotation, BaseModel):
        return None if annotation.model_config.get("frozen") else copied
    return deepcopy


def _way_of_either(types: tuple[Any, ...]) -> Copy | None:
    ways = [way for way in map(_way, types) if way is not None]
    if not ways:
        return None
    if len(types) > 2 or NoneType not in types:
        return deepcopy
    [way] = ways
    return lambda value: None if value is None else way(value)
