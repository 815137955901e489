"""Document: the present state of one thing that people open, and the terms it is found by.

Here lives the base class and what the engine asks of every document. The types themselves are
the domain's; how documents are stored is `sync.stores`.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, ClassVar, get_args, get_origin

import msgspec
from pydantic import BaseModel, ConfigDict

from sync.search import search_text

SITES_KEPT = 65_536
Way = Callable[[Any], Any]  # from a field's value to what is written of it


class Unchanging(BaseModel):
    """A value that never changes once it is made: documents share it, and replace it as a whole.

    Its JSON is written once and kept beside it, in no field, so that equal values stay equal.
    """

    __slots__ = ("kept",)
    model_config = ConfigDict(frozen=True, revalidate_instances="never")


class Document(BaseModel):
    """A bounded, self-contained JSON object under a key `type/site:id`.

    Validating a document makes a checked copy of it, down to the values that never change
    (`Unchanging`). So an entry costs what it changes, not the length of the history beside it.

    `version` goes up by one with each entry that changes the document. `index` names the fields
    (lists allowed) by which lists find it, `searched` those (dotted, through lists) whose text
    people look for, the code first; `area` names the scope `{site}.{area}` that carries it.
    """

    model_config = ConfigDict(extra="forbid", revalidate_instances="always")

    type: ClassVar[str]
    area: ClassVar[str]
    index: ClassVar[tuple[str, ...]] = ()
    searched: ClassVar[tuple[str, ...]] = ()

    key: str
    version: int = 0

    @property
    def site(self) -> str:
        """The unit of partition, read from the key."""
        return site_of(self.key)

    @property
    def id(self) -> str:
        """The part of the key after the type: `site:rest`."""
        return self.key.split("/", 1)[1]

    def scopes(self) -> frozenset[str]:
        """The feed scopes that deliver this document."""
        return frozenset({f"{self.site}.{self.area}"})

    def terms(self) -> frozenset[str]:
        """Index terms: the bare type, `type.field=value` for each indexed value, `type?text`."""
        found = {self.type}
        if self.searched:
            found.add(f"{self.type}?{search_text(tuple(self._searched_values()))}")
        for name in self.index:
            value = getattr(self, name)
            for one in value if isinstance(value, list) else [value]:
                if one is not None and one != "":
                    found.add(f"{self.type}.{name}={plain(one)}")
        return frozenset(found)

    def is_found_as(self, other: "Document") -> bool:
        """Whether nothing changed by which another state of this document is found."""
        told = _by_which(type(self))
        return type(self) is type(other) and (told is None or told(self) == told(other))

    def _searched_values(self) -> Iterator[str]:
        for get in _searched(type(self)):
            for value in get(self):
                if value is not None and value != "":
                    yield plain(value)

    def as_bytes(self) -> bytes:
        """The document as it is stored: UTF-8 JSON, its fields in order, decimals as strings."""
        return _writer.encode(_fields(self))

    def as_json(self) -> dict[str, Any]:
        """The document as plain JSON values, decimals as strings."""
        return self.model_dump(mode="json")


@cache
def _searched(kind: type[Document]) -> tuple[Callable[[Document], Iterable[object]], ...]:
    return tuple(_way(kind, path) for path in kind.searched)


def _way(kind: type[BaseModel], path: str) -> Callable[[Document], Iterable[object]]:
    """Takes from a document what stands at a path; at once where nothing on the way is a list."""
    names = path.split(".")
    for name in names[:-1]:
        inner = kind.model_fields[name].annotation
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return lambda document: _values(document, names)
        kind = inner
    if get_origin(kind.model_fields[names[-1]].annotation) is list:
        return lambda document: _values(document, names)
    get = attrgetter(path)
    return lambda document: (get(document),)


def _values(tree: object, names: list[str]) -> Iterator[object]:
    """What stands at a path of attributes; of a list, what stands there in each of it."""
    if isinstance(tree, list):
        for one in tree:
            yield from _values(one, names)
    elif names and tree is not None:
        yield from _values(getattr(tree, names[0]), names[1:])
    else:
        yield tree


@cache
def _by_which(kind: type[Document]) -> Callable[[Document], Any] | None:
    """Takes from a document all from which its terms are made; None where there is nothing."""
    names = [*kind.index, *(path.partition(".")[0] for path in kind.searched)]
    return attrgetter(*dict.fromkeys(names)) if names else None


# Far quicker than pydantic's own, which asks a function of ours for each decimal: what was checked
# is written as it is, and what never changes only once. That all come to the same is held by a test
# over all vectors.
def _told(value: BaseModel) -> Any:
    """What is written in place of a value."""
    return msgspec.Raw(_kept(value)) if isinstance(value, Unchanging) else _fields(value)


# Not `value.kept`: pydantic would go a long way for one that is not there yet.
_text_of: Callable[[Unchanging], bytes] = Unchanging.kept.__get__  # type: ignore[attr-defined]


def _kept(value: Unchanging) -> bytes:
    try:
        return _text_of(value)
    except AttributeError:
        text = _writer.encode(_fields(value))
        object.__setattr__(value, "kept", text)
        return text


def _all_kept(some: list[Unchanging]) -> msgspec.Raw:
    """A list of what never changes. What is new in it stands first, in most: then all else is
    joined without asking each.
    """
    for one in some:
        try:
            _text_of(one)
            break
        except AttributeError:
            _kept(one)
    try:
        texts = b",".join(map(_text_of, some))
    except AttributeError:
        texts = b",".join(map(_kept, some))
    return msgspec.Raw(b"[" + texts + b"]")


def _fields(value: BaseModel) -> dict[str, Any]:
    """What is written of a value: all its fields, but for those that are left out where empty."""
    fields = value.__dict__
    optional, ways = _ways(type(value))
    if ways:
        fields = fields.copy()
        for name, way in ways:
            if (one := fields[name]) is not None:
                fields[name] = way(one)
    for name in optional:
        if fields[name] is None:
            fields = {one: value for one, value in fields.items() if one != name}
    return fields


@cache
def _ways(kind: type[BaseModel]) -> tuple[tuple[str, ...], tuple[tuple[str, Way], ...]]:
    """Fields that came later, where there is nothing documents stay as they were; and how those
    are written that hold values of ours. (The writer would ask for each of these, a long way.)
    """
    fields = kind.model_fields
    optional = tuple(name for name, field in fields.items() if field.exclude_if)
    ways = ((name, _way_of(one.annotation)) for name, one in fields.items())
    return optional, tuple((name, way) for name, way in ways if way)


def _way_of(annotation: Any) -> Way | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _told
    inner = get_args(annotation)
    if get_origin(annotation) is list and isinstance(inner[0], type):
        if issubclass(inner[0], Unchanging):
            return _all_kept
        if issubclass(inner[0], BaseModel):
            return lambda some: [_fields(one) for one in some]
    return None


_writer = msgspec.json.Encoder(enc_hook=_told)


def plain(value: object) -> str:
    """An index value as text, the same on server and device."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


@lru_cache(SITES_KEPT)
def site_of(key: str) -> str:
    """The site in `type/site:id`; empty if the key is not of that form."""
    _, slash, rest = key.partition("/")
    site, colon, _ = rest.partition(":")
    return site if slash and colon else ""


def utc_text(moment: datetime) -> str:
    """A moment as ISO 8601 in UTC with milliseconds, the only form stored by the server."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
