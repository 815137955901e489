"""Rows of the page table, as they are most often made: a page of one document, a list, a query."""

from typing import Any

Page = dict[str, Any]
LIST_MAX = 200
UNROLLED_MAX = 60  # at a time: a few screens, put into the page without a jerk
NEAREST_MAX = 6


def listed(term: str | list[str], sort: str, **more: Any) -> dict[str, Any]:
    """A list of documents by term; `sort` is a field, `-field` for the greatest first."""
    return {"term": term, "sort": sort, "limit": LIST_MAX, **more}


def unrolled(noun: str, sort: str, **more: Any) -> dict[str, Any]:
    """A list that goes on where it was cut."""
    return listed(noun, sort, **more) | {"from": "{query.from}", "limit": UNROLLED_MAX}


def searched(noun: str, sort: str, **more: Any) -> dict[str, Any]:
    """The same with a search line; the text is looked for in what the document type declares."""
    return unrolled(noun, sort, match="{query.q}", **more)


def nearest(noun: str) -> dict[str, Any]:
    """The few that a text fits best; none without a text."""
    return {"term": noun, "match": "{query.q}", "nearest": True, "limit": NEAREST_MAX}


def show(template: str, nav: str, *, query: tuple[str, ...] = (), **more: Any) -> Page:
    """The page of one document."""
    noun = template.partition("/")[0]
    return {
        "name": noun,
        "path": f"/{noun}s/{{id}}",
        "template": template,
        "title": f"title.{noun}",
        "nav": nav,
        "doc": f"{noun}/{{id}}",
        "query": list(query),
        **more,
    }


def index(template: str, nav: str, *, query: tuple[str, ...] = (), **more: Any) -> Page:
    """The page that lists documents of one type."""
    noun = template.partition("/")[0]
    return {
        "name": f"{noun}s",
        "path": f"/{noun}s",
        "template": template,
        "title": f"title.{noun}s",
        "nav": nav,
        "query": list(query),
        **more,
    }


def plain(name: str, path: str, template: str, nav: str, **more: Any) -> Page:
    """A page of its own kind."""
    title = f"title.{name}"
    return {
        "name": name,
        "path": path,
        "template": template,
        "title": title,
        "nav": nav,
        "query": [],
        **more,
    }
