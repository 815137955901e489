"""The application: routes, guards and logs put together over one plant."""

from collections.abc import Sequence
from dataclasses import replace

from litestar import Litestar
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.types import ControllerRouterHandler

from server.plant import Plant
from server.tls.proof import Proof
from server.web import (
    account,
    assets,
    blobs,
    dossiers,
    labels,
    model_schema,
    notices,
    pages,
    problems,
    signers,
    sync,
    trust,
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
    *notices.ROUTES,
    *pages.ROUTES,
    *trust.ROUTES,
]
SETUP_ROUTES: Sequence[ControllerRouterHandler] = [
    *assets.ROUTES,
    *account.LANGUAGE_ROUTES,
    *trust.SETUP_ROUTES,
]
DESCRIPTION = (
    "What devices and the server say to each other. An error is a Problem in JSON: a stable code, "
    "its parameters and a sentence in Chinese and English. Pages and forms are for people."
)
BODY_MAX_BYTES = 1024 * 1024


def create_app(plant: Plant, proof: Proof | None = None) -> Litestar:
    """The ASGI application that serves this plant; closing it is the caller's.

    `proof` is what it shows for TLS, None where it serves plain http (behind a proxy).
    """
    openapi = OpenAPIConfig(
        title="Traveler (随行)",
        version="1",
        path="/schema",
        description=DESCRIPTION,
        use_handler_docstrings=True,
        render_plugins=[SchemaPage(), JsonRenderPlugin()],
    )
    return _app(ROUTES, plant, proof, openapi=openapi)


def create_setup_app(plant: Plant, proof: Proof) -> Litestar:
    """What stands beside an app with TLS, over plain http: only how to come to trust it."""
    plain = replace(plant, settings=replace(plant.settings, public_url=proof.setup_url))
    return _app(SETUP_ROUTES, plain, proof, openapi=None)


def _app(
    routes: Sequence[ControllerRouterHandler],
    plant: Plant,
    proof: Proof | None,
    *,
    openapi: OpenAPIConfig | None,
) -> Litestar:
    """Logs and headers stand around all of it: the router answers what it does not know itself."""
    app = Litestar(
        route_handlers=routes,
        state=State({"plant": plant, "proof": proof}),
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
        openapi_config=openapi,
        request_max_body_size=BODY_MAX_BYTES,
        logging_config=None,
    )
    app.asgi_handler = with_log(with_headers(app.asgi_handler))
    return app
