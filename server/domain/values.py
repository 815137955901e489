"""Small values that many documents hold: quantities, names in two languages, timeline items.

Nothing here decides anything; the rules are in the noun modules beside this one.
"""

from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetPydanticSchema,
    JsonValue,
    PlainSerializer,
    TypeAdapter,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from sync.document import Unchanging
from sync.entry import Entry

TIMELINE_MAX = 60
TEXT_MAX_CHARS = 2000
LINE_MAX_CHARS = 200
NUMBERS_KEPT = 32_768  # a lot's history repeats the same few, each time it is written
PLAIN_CHARS_MAX = 20  # longer numbers are rounded to what a decimal can hold


def is_none(value: object) -> bool:
    """For fields that came later: where there is nothing, documents stay as they were."""
    return value is None


@lru_cache(NUMBERS_KEPT)
def canonical(value: Decimal) -> str:
    """A decimal as text, no exponent, no trailing zeros: 12.50 → "12.5"; the device's form too."""
    text = str(value)
    if "E" in text or len(text) > PLAIN_CHARS_MAX:
        text = format(value.normalize(), "f")
    elif "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


@lru_cache(NUMBERS_KEPT)
def _exact(value: Decimal) -> Decimal:
    """As it will be read again: 1E+2 → 100."""
    return Decimal(canonical(value))


Checked = Annotated[
    Decimal,
    Field(max_digits=18, decimal_places=6, allow_inf_nan=False),
    AfterValidator(_exact),
]
_check = TypeAdapter(Checked).validate_python


@lru_cache(NUMBERS_KEPT)
def _fitting(value: Decimal) -> Decimal:
    return _check(value)


def _known(value: object, check: ValidatorFunctionWrapHandler) -> Decimal:
    """Numbers that were checked before are not taken apart again."""
    known: Decimal = _fitting(value) if type(value) is Decimal else check(value)
    return known


Quantity = Annotated[
    Checked,
    WrapValidator(_known),
    PlainSerializer(canonical, return_type=str, when_used="json"),
]
Positive = Annotated[Quantity, Field(gt=0)]
Line = Annotated[str, Field(max_length=LINE_MAX_CHARS)]
Text = Annotated[str, Field(max_length=TEXT_MAX_CHARS)]
# Anything that JSON can say, and nothing else.
Json = Annotated[Any, GetPydanticSchema(lambda _source, handler: handler(JsonValue))]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Value(BaseModel):
    """Base of everything that stands inside a document or a body: unknown fields are an error."""

    model_config = ConfigDict(
        extra="forbid", str_strip_whitespace=True, revalidate_instances="always"
    )


class Fixed(Value, Unchanging):
    """A value that never changes once it is made."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Name(Fixed):
    """A name in both languages."""

    zh: Line
    en: Line


Reason = str | Name  # what a person wrote, or the step whose verdict it was


class Signed(Fixed):
    """A person's signature as documents show it: who, meaning what, when, and how to check it."""

    meaning: str
    name: str
    at: str
    method: str
    signer: str
    digest: Sha256
    sig: str


class Happening(Fixed):
    """One line of a timeline: which entry, what kind, who, when by the device's clock."""

    entry: str
    kind: str
    at: str
    by: str
    by_name: str
    data: dict[str, Json] = {}
    signature: Signed | None = Field(default=None, exclude_if=is_none)


def happening(entry: Entry, by_name: str, data: dict[str, Any] | None = None) -> Happening:
    """The timeline line that tells of this entry."""
    return Happening(
        entry=entry.id,
        kind=entry.kind,
        at=entry.at,
        by=entry.actor,
        by_name=by_name,
        data=data or {},
        signature=signed_by(entry),
    )


def signed_by(entry: Entry) -> Signed | None:
    """The signature that an entry carries; whether it is good was seen before (`signature`)."""
    told = entry.body.get("signature")
    if not isinstance(told, dict):
        return None
    return Signed(**{name: str(told[name]) for name in Signed.model_fields})


def since(timeline: list[Happening], *, version: int, base: int | None) -> list[Happening]:
    """The lines that came after version `base` was seen, newest first; none if it is unknown.

    Holds where each version brings one line: visits, requisitions, cards.
    """
    return [] if base is None else timeline[: max(0, version - base)]


def remember(timeline: list[Happening], line: Happening) -> None:
    """Put a line on top; the oldest leave the document (the journal keeps them)."""
    timeline.insert(0, line)
    del timeline[TIMELINE_MAX:]
