"""Generated documents: any document type filled from its annotations, with text that bites.

Used where templates are compared in two engines; what the documents mean does not matter there.
"""

import random
import types
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sync.document import Document

M = TypeVar("M", bound=BaseModel)
TEXTS = [
    "",
    "阀体毛坯",
    "Valve body",
    "<script>alert(1)</script>",
    "\"A\" & 'B' > <C>",
    "J2611-007 / 1:2",
    "{{ x }} {% if %}",
    "12,5 µm\u00a0Ra 🙂",
    "2026-11-22T09:41:07.120+08:00",
    "2025-01-02",
]
DECIMALS = [Decimal(text) for text in ("0", "1", "-200", "25.012", "0.000001", "123456789012")]
SITES = ("SZ", "HD")


def document(cls: type[Document], chance: random.Random) -> dict[str, Any]:
    """A document of this type as JSON, valid by its class."""
    number = chance.choice(["J2611-007", "M-1:批 次&1", "a%b"])
    key = f"{cls.type}/{chance.choice(SITES)}:{number}"
    return filled(cls, chance).model_copy(update={"key": key, "version": 3}).as_json()


def filled(cls: type[M], chance: random.Random) -> M:
    """An instance with every field made up."""
    values = {name: _value(_type_of(info), chance) for name, info in cls.model_fields.items()}
    return cls.model_construct(**values)


def _type_of(info: FieldInfo) -> Any:
    return Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation


def _value(kind: Any, chance: random.Random) -> Any:
    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _value(args[0], chance)
    if origin is Literal:
        return chance.choice(args)
    if origin in (Union, types.UnionType):
        return _value(chance.choice(args), chance)
    if origin is list:
        return [_value(args[0], chance) for _ in range(chance.randrange(3))]
    if origin is dict:
        return {chance.choice(SITES): _value(args[1], chance) for _ in range(chance.randrange(3))}
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return filled(kind, chance)
    return _plain(kind, chance)


def _plain(kind: Any, chance: random.Random) -> Any:
    if kind is type(None):
        return None
    if kind is bool:
        return chance.random() < 0.5
    if kind is int:
        return chance.choice([0, 1, 2, 730])
    if kind is Decimal:
        return chance.choice(DECIMALS)
    return chance.choice(TEXTS)
