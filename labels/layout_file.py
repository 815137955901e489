"""Layouts as YAML files: those that come with this room, and a plant's own.

A file that is wrong is told with the line and the path of every fault at once.
"""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import ValidationError

from labels.error import LabelError
from labels.layout import Layout
from labels.layout_check import Place, problems

FOLDER = Path(__file__).parent / "layouts"
BYTES_MAX = 200_000


def shipped() -> list[str]:
    """The names of the layouts that come with this room."""
    return sorted(file.stem for file in FOLDER.glob("*.yaml"))


@lru_cache
def layout(name: str, folder: Path | None = None) -> Layout:
    """The layout `name`: of a plant's own `folder` if it has one of that name, else shipped.

    Raises LabelError `layout_unknown` or `layout_file`.
    """
    for place in (folder, FOLDER):
        if place and "/" not in name and (place / f"{name}.yaml").is_file():
            return read(place / f"{name}.yaml")
    known = ", ".join(shipped())
    raise LabelError(
        "layout_unknown", name, message=f"there is no layout {name!r}; there are: {known}"
    )


def read(file: Path) -> Layout:
    """The layout of a file. Raises LabelError `layout_file`, whose message has a line per fault:
    file, line, path and what is wrong there."""
    try:
        content = file.read_bytes()
        if len(content) > BYTES_MAX:
            raise _wrong(file.name, [(None, (), f"is larger than {BYTES_MAX} bytes")])
        text = content.decode()
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong(file.name, [(None, (), str(error))]) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise _wrong(file.name, [(line, (), error.problem or "is no YAML")]) from error
    except yaml.YAMLError as error:
        raise _wrong(file.name, [(None, (), str(error))]) from error
    return _checked(file.name, data, tree)


def _checked(name: str, data: object, tree: yaml.Node | None) -> Layout:
    try:
        made = Layout.model_validate(data)
    except ValidationError as error:
        faults = [_located(tree, _untagged(fault["loc"]), fault["msg"])
                  for fault in error.errors(include_url=False, include_input=False)]  # fmt: skip
        raise _wrong(name, faults) from error
    faults = [_located(tree, place, what) for place, what in problems(made)]
    if faults:
        raise _wrong(name, faults)
    return made


def _located(tree: yaml.Node | None, place: Place, what: str) -> tuple[int | None, Place, str]:
    """The line on which `place` stands, or the last part of it that is in the file."""
    node, line, found = tree, None, list[str | int]()
    for key in place:
        found.append(key)
        node = _child(node, key)
        if node is None:
            break
        line = node.start_mark.line + 1
    return line, tuple(found), what.removeprefix("Value error, ")


def _untagged(place: Place) -> Place:
    """Without the kind that pydantic puts behind the number of an element."""
    if len(place) > 2 and place[0] == "elements":
        return (*place[:2], *place[3:])
    return place


def _child(node: yaml.Node | None, key: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int):
        return node.value[key] if key < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        return next((value for name, value in node.value if name.value == str(key)), None)
    return None


def _wrong(name: str, faults: Iterable[tuple[int | None, Place, str]]) -> LabelError:
    lines = [f"{name}{f':{line}' if line else ''}: {_path(place)}{what}"
             for line, place, what in faults]  # fmt: skip
    return LabelError("layout_file", name, message="\n".join(lines))


def _path(place: Place) -> str:
    text = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in place)
    return f"{text.removeprefix('.')}: " if text else ""
