"""The OpenAPI schema as a page to read: plain HTML from this server, no script, nothing inline."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from litestar import Request
from litestar.openapi.plugins import OpenAPIRenderPlugin

PREFIX = "#/components/schemas/"


class SchemaPage(OpenAPIRenderPlugin):
    """The page at /schema: every operation with its parameters, bodies and answers."""

    def __init__(self) -> None:
        super().__init__(path="/")

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The whole schema, operations first, then the shapes they speak of."""
        del request
        return "\n".join(_page(openapi_schema)).encode()


def _page(schema: dict[str, Any]) -> Iterator[str]:
    info = schema["info"]
    title = f"{escape(info['title'])} · OpenAPI"
    yield f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<link rel="stylesheet" href="/assets/app.css"></head><body><main>'
    yield f'<h1>{title}</h1><p class="lead">{escape(info.get("description", ""))}</p>'
    yield '<p><a href="/schema/openapi.json">openapi.json</a> · '
    yield '<a href="/schema/model.json">model.json</a> (entries, documents · 记录与单据) · '
    yield '<a href="/">随行 Traveler</a></p>'
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            yield from _operation(path, method, operation)
    yield "<h2>Shapes · 结构</h2>"
    for name, shape in sorted(schema.get("components", {}).get("schemas", {}).items()):
        yield from _shape(name, shape)
    yield "</main></body></html>"


def _operation(path: str, method: str, operation: dict[str, Any]) -> Iterator[str]:
    ident = escape(operation["operationId"])
    yield f'<section class="card" id="{ident}">'
    yield f"<h2><code>{escape(method.upper())} {escape(path)}</code></h2>"
    for paragraph in operation.get("description", "").split("\n\n"):
        yield f"<p>{escape(paragraph)}</p>"
    parameters = operation.get("parameters", [])
    if parameters:
        rows = [_parameter(one) for one in parameters]
        yield _table("Parameters · 参数", ("name", "in", "type", ""), rows)
    for content in operation.get("requestBody", {}).get("content", {}).values():
        yield f"<p>Body · 请求体: {_type(content['schema'])}</p>"
    rows = [_answer(status, one) for status, one in operation["responses"].items()]
    yield _table("Answers · 应答", ("status", "", "type"), rows)
    yield "</section>"


def _parameter(one: dict[str, Any]) -> tuple[str, ...]:
    must = "required" if one.get("required") else "optional"
    return escape(one["name"]), escape(one["in"]), _type(one.get("schema", {})), must


def _answer(status: str, one: dict[str, Any]) -> tuple[str, ...]:
    shapes = [_type(content.get("schema", {})) for content in one.get("content", {}).values()]
    return escape(status), escape(one.get("description", "")), ", ".join(shapes)


def _shape(name: str, shape: dict[str, Any]) -> Iterator[str]:
    yield f'<section class="card" id="{escape(name)}"><h3>{escape(name)}</h3>'
    yield f"<p>{escape(shape.get('description', ''))}</p>"
    required = shape.get("required", [])
    rows = [
        (escape(field), _type(one), "required" if field in required else "optional")
        for field, one in shape.get("properties", {}).items()
    ]
    yield _table("Fields · 字段", ("name", "type", ""), rows)
    yield "</section>"


def _type(schema: dict[str, Any]) -> str:
    """A type in words; a shape as a link to it."""
    if "$ref" in schema:
        name = escape(schema["$ref"].removeprefix(PREFIX))
        return f'<a href="#{name}">{name}</a>'
    for several in ("oneOf", "anyOf"):
        if several in schema:
            return " | ".join(_type(one) for one in schema[several])
    if "enum" in schema:
        return " | ".join(escape(str(one)) for one in schema["enum"])
    if "const" in schema:
        return escape(str(schema["const"]))
    if "items" in schema:
        return f"[{_type(schema['items'])}]"
    if schema.get("additionalProperties"):
        return f"{{name: {_type(schema['additionalProperties'])}}}"
    kind = schema.get("type", "any")
    return escape(" | ".join(kind) if isinstance(kind, list) else str(kind))


def _table(title: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """`title` and `heads` are ours; the cells come escaped."""
    head = "".join(f"<th>{one}</th>" for one in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    head = f"<thead><tr>{head}</tr></thead>"
    return f'<table class="table"><caption>{title}</caption>{head}<tbody>{body}</tbody></table>'
