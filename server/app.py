"""The application: routes, guards and logs put together over one plant."""

from collections.abc import Sequence

from litestar import Litestar
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.types import ControllerRouterHandler

from server.plant import Plant
from server.web import (
    account,
    assets,
    blobs,
    dossiers,
    labels,
    model_schema,
    pages,
    problems,
    signers,
    sync,
)
from server.web.guard import same_origin, with_headers
from server.web.logs import with_log
from server.web.schema import SchemaPage
from sync.problem import Problem

ROUTES: Sequence[ControllerRouterHandler] = [
    *assets.ROUTES,
    *account.ROUTES,
    *sync.ROUTES,
    *signers.ROUTES,
    *blobs.ROUTES,
    *labels.ROUTES,
    *dossiers.ROUTES,
    *model_schema.ROUTES,
    *pages.ROUTES,
]
DESCRIPTION = (
    "What devices and the server say to each other. An error is a Problem in JSON: a stable code, "
    "its parameters and a sentence in Chinese and English. Pages and forms are for people."
)
BODY_MAX_BYTES = 1024 * 1024


def create_app(plant: Plant) -> Litestar:
    """The ASGI application that serves this plant; closing it is the caller's.

    Logs and headers stand around all of it: the router answers what it does not know by itself.
    """
    app = Litestar(
        route_handlers=ROUTES,
        state=State({"plant": plant}),
        before_request=same_origin,
        compression_config=CompressionConfig(
            backend="gzip", gzip_compress_level=6, exclude=[r"^/sync/events$", r"^/blobs/"]
        ),
        exception_handlers={
            Problem: problems.on_problem,
            HTTPException: problems.on_http_exception,
            **dict.fromkeys(problems.UNAVAILABLE, problems.on_database),
            OSError: problems.on_storage,
            UnicodeDecodeError: problems.on_undecodable,
            RecursionError: problems.on_undecodable,
            Exception: problems.on_unforeseen,
        },
        openapi_config=OpenAPIConfig(
            title="Traveler (随行)",
            version="1",
            path="/schema",
            description=DESCRIPTION,
            use_handler_docstrings=True,
            render_plugins=[SchemaPage(), JsonRenderPlugin()],
        ),
        request_max_body_size=BODY_MAX_BYTES,
        logging_config=None,
    )
    app.asgi_handler = with_log(with_headers(app.asgi_handler))
    return app
