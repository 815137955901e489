"""Definitions: a YAML file as a body of `procedure.published`, or what is wrong with it and where.

Beside what the domain asks of every body this refuses what nobody could run. A published version
never changes, so it is found here or stays for ever.
"""

from collections.abc import Iterator

import yaml
from pydantic import ValidationError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from server.domain.label_thing import CODE
from server.domain.procedure import ProcedurePublished
from server.domain.run import FieldDef, StepDef
from sync.problem import Problem

NUMBERS = ("number", "quantity")
Place = tuple[int | str, ...]
Flaw = tuple[Place, str]


def read(text: str, file: str) -> ProcedurePublished:
    """The definition in this text; numbers are read as text, so that 25.021 stays exactly that.

    Problems: definition_no_yaml, definition_wrong, both with the line in `file`.
    """
    try:
        told = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - builds text only
        root = yaml.compose(text, yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or " ".join(str(error).split())[:200]
        line = mark.line + 1 if mark else 1
        raise Problem("definition_no_yaml", {"file": file, "line": line, "why": why}) from error
    if not isinstance(told, dict) or root is None:
        raise Problem("definition_no_yaml", {"file": file, "line": 1, "why": "code: …, steps: …"})
    try:
        definition = ProcedurePublished.model_validate(told)
    except ValidationError as error:
        raise _problem(file, root, *_first(error, told)) from error
    flaw = next(_flaws(definition.code, definition.steps), None)
    if flaw:
        raise _problem(file, root, *flaw)
    return definition


def _first(error: ValidationError, told: dict[str, object]) -> tuple[Place, str, str]:
    """Place, why, and what would be possible there, of the first error."""
    first = error.errors()[0]
    if first["type"] == "value_error":  # of the whole: its fields are good, so we can look closer
        steps = told["steps"]
        assert isinstance(steps, list)
        found = next(
            _flaws(str(told["code"]), [StepDef.model_validate(one) for one in steps]), None
        )
        return (*(found or ((), first["msg"])), "")
    expected = first.get("ctx", {}).get("expected", "") if first["type"] == "literal_error" else ""
    return first["loc"], first["type"], str(expected)


def _flaws(code: str, steps: list[StepDef]) -> Iterator[Flaw]:
    if not CODE.fullmatch(code):
        yield ("code",), "code_wrong"
    keys = [step.key for step in steps]
    for number, step in enumerate(steps):
        place = ("steps", number)
        if step.key in keys[:number]:
            yield (*place, "key"), "twice"
        if step.other_than is not None and step.other_than not in keys:
            yield (*place, "other_than"), "no_step"
        if step.other_than == step.key:
            yield (*place, "other_than"), "same_step"
        if not step.roles:
            yield (*place, "roles"), "nobody"
        for index, one in enumerate(step.fields):
            earlier = [field.key for field in step.fields[:index]]
            yield from _field_flaws((*place, "fields", index), one, earlier)
        if step.moves and not {"quantity", "location"} <= {field.key for field in step.fields}:
            yield (*place, "moves"), "moves_what"


def _field_flaws(place: Place, field: FieldDef, earlier: list[str]) -> Iterator[Flaw]:
    if field.key in earlier:
        yield (*place, "key"), "twice"
    limits = [one for one in (field.lower, field.nominal, field.upper) if one is not None]
    if limits != sorted(limits):
        yield (*place, "lower" if field.lower is not None else "nominal"), "limits_swapped"
    if limits and field.type not in NUMBERS:
        yield place, "limits_of_no_number"
    if (field.type == "choice") != bool(field.choices):
        yield place, "choices_missing" if field.type == "choice" else "choices_unasked"
    keys = [choice.key for choice in field.choices]
    for number, key in enumerate(keys):
        if key in keys[:number]:
            yield (*place, "choices", number, "key"), "twice"


def _problem(file: str, root: Node, place: Place, why: str, expected: str = "") -> Problem:
    line, where = _where(root, place)
    among = f" ({expected})" if expected else ""
    params = {"file": file, "line": line, "where": where, "why": why, "among": among}
    return Problem("definition_wrong", params)


def _where(root: Node, place: Place) -> tuple[int, str]:
    """The line that a place stands on, as far as the file has it, and its name for people."""
    node: Node | None = root
    line, names = root.start_mark.line + 1, ""
    for part in place:
        node = _inner(node, part)
        if node is not None:
            line = node.start_mark.line + 1
        if isinstance(part, int):
            key = _inner(node, "key")
            names += f"[{key.value if isinstance(key, ScalarNode) else part + 1}]"
        else:
            names += f".{part}" if names else part
    return line, names or "steps"


def _inner(node: Node | None, part: int | str) -> Node | None:
    if isinstance(node, MappingNode):
        return next((value for name, value in node.value if name.value == str(part)), None)
    if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
        found: Node = node.value[part]
        return found
    return None
