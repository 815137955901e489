"""IPP messages as bytes (RFC 8010 §3): groups of attributes, each with a tag, a name and values.

Only what printing labels needs; reading knows every tag by its length and passes over the rest.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

VERSION = (1, 1)
OPERATION, JOB, END, PRINTER = 0x01, 0x02, 0x03, 0x04
DELIMITERS_MAX = 0x0F
INTEGER, BOOLEAN, ENUM = 0x21, 0x22, 0x23
BEGIN_COLLECTION, END_COLLECTION, MEMBER = 0x34, 0x37, 0x4A
NAME, KEYWORD, URI, CHARSET, LANGUAGE, MIME = 0x42, 0x44, 0x45, 0x47, 0x48, 0x49


@dataclass(frozen=True)
class Attribute:
    """One attribute to be written: its tag, and a value or several; a mapping is a collection."""

    tag: int
    name: str
    values: tuple[Any, ...]


@dataclass
class Answer:
    """What a printer said: its status (RFC 8011 §B), and attributes by name, each a list."""

    status: int
    attributes: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        """Whether it did what it was asked (0x0000 to 0x00FF)."""
        return self.status < 0x0100

    def first(self, name: str, otherwise: Any = None) -> Any:
        """The first value of an attribute."""
        return next(iter(self.attributes.get(name, [])), otherwise)


def request(operation: int, number: int, groups: Mapping[int, list[Attribute]]) -> bytes:
    """A request with these groups, in this order; a document may follow it."""
    parts = [struct.pack("!BBHI", *VERSION, operation, number)]
    for tag, attributes in groups.items():
        parts.append(bytes([tag]))
        parts += [_attribute(one) for one in attributes]
    return b"".join([*parts, bytes([END])])


def _attribute(one: Attribute) -> bytes:
    names = [one.name, *[""] * (len(one.values) - 1)]
    return b"".join(_value(one.tag, n, v) for n, v in zip(names, one.values, strict=True))


def _value(tag: int, name: str, value: Any) -> bytes:
    if isinstance(value, Mapping):
        inner = b"".join(
            _raw(MEMBER, "", member.encode()) + _value(_tag_of(one), "", one)
            for member, one in value.items()
        )
        return _raw(BEGIN_COLLECTION, name, b"") + inner + _raw(END_COLLECTION, "", b"")
    if tag in (INTEGER, ENUM):
        return _raw(tag, name, struct.pack("!i", value))
    if tag == BOOLEAN:
        return _raw(tag, name, bytes([bool(value)]))
    return _raw(tag, name, str(value).encode())


def _tag_of(value: Any) -> int:
    if isinstance(value, Mapping):
        return BEGIN_COLLECTION
    return INTEGER if isinstance(value, int) else KEYWORD


def _raw(tag: int, name: str, data: bytes) -> bytes:
    told = name.encode()
    return struct.pack(f"!BH{len(told)}sH", tag, len(told), told, len(data)) + data


def read(data: bytes) -> Answer:
    """An answer. ValueError for what is none."""
    try:
        _, _, status, _ = struct.unpack_from("!BBHI", data)
        answer = Answer(status)
        name = ""
        for tag, given, value in _values(data, 8):
            name = given or name
            if name:
                answer.attributes.setdefault(name, []).append(_read(tag, value))
    except (struct.error, UnicodeDecodeError, IndexError) as error:
        raise ValueError("no IPP answer") from error
    return answer


def _values(data: bytes, at: int) -> Iterator[tuple[int, str, bytes]]:
    """Tag, name (empty for another value of the one before) and bytes of every value."""
    while data[at] != END:
        tag = data[at]
        at += 1
        if tag <= DELIMITERS_MAX:
            continue
        (length,) = struct.unpack_from("!H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        at += 2 + length
        (length,) = struct.unpack_from("!H", data, at)
        yield tag, name, data[at + 2 : at + 2 + length]
        at += 2 + length


def _read(tag: int, value: bytes) -> Any:
    if tag in (INTEGER, ENUM) and len(value) == 4:
        return struct.unpack("!i", value)[0]
    if tag == BOOLEAN:
        return value == b"\x01"
    return value.decode("utf-8", "replace")
