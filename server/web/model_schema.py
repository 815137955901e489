"""What entries and documents look like, kind by kind, as JSON Schema, and all Problems with their
words: for who writes a client.
"""

from typing import Any

from litestar import get

from server.domain.model import DOCUMENTS, KINDS
from server.web.guard import Asking, plant_of
from sync.entry import Entry

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def model_schema(problems: dict[str, Any]) -> dict[str, Any]:
    """`entry`, the bodies of all `kinds` and all `documents`, each a JSON Schema of its own.

    `problems` by code: their HTTP status and their words, with names of parameters in braces.
    """
    return {
        "$schema": DIALECT,
        "entry": Entry.model_json_schema(),
        "kinds": {
            name: {
                "v": kind.v,
                "request": kind.request,
                "roles": sorted(kind.roles),
                "body": kind.body.model_json_schema(),
            }
            for name, kind in sorted(KINDS.items())
        },
        "problems": problems,
        "documents": {
            name: {"area": cls.area, "index": list(cls.index), "body": cls.model_json_schema()}
            for name, cls in sorted(DOCUMENTS.items())
        },
    }


@get("/schema/model.json", include_in_schema=False, sync_to_thread=False)
def show(request: Asking) -> dict[str, Any]:
    """The same for everybody, as the code is."""
    return model_schema(plant_of(request).problems)


ROUTES = [show]
