"""Routes of the device app's files: worker, manifest, scripts, styles, and the shared bundle."""

from pathlib import Path
from typing import Any

import msgspec
from litestar import MediaType, Response, get
from litestar.params import FromPath
from litestar.response import Redirect

from server.pages.wording import encoded
from server.plant import Plant
from server.web.guard import Asking, plant_of
from server.web.threaded import threaded
from sync.problem import Problem

MEDIA_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".wasm": "application/wasm",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
}
FRESH = {"cache-control": "no-cache"}


@get("/health")
@threaded
def health(request: Asking) -> dict[str, str]:
    """For probes: whether the database answers. Problem: busy."""
    plant = plant_of(request)
    with plant.store.read() as connection:
        return {"status": "ok", "epoch": plant.store.epoch(connection), "build": plant.build}


@get("/sw.js", include_in_schema=False)
@threaded
def worker(request: Asking) -> Response[bytes]:
    """The service worker, with the build id in it, so that a new build is a new worker."""
    plant = plant_of(request)
    source = _file(plant, "sw.js").read_bytes().replace(b"__BUILD__", plant.build.encode())
    headers = {**FRESH, "service-worker-allowed": "/"}
    return Response(source, media_type=MEDIA_TYPES[".js"], headers=headers)


@get("/manifest.webmanifest", include_in_schema=False)
@threaded
def manifest(request: Asking) -> Response[bytes]:
    """What makes the app installable."""
    source = _file(plant_of(request), "manifest.webmanifest").read_bytes()
    return Response(source, media_type=MEDIA_TYPES[".webmanifest"], headers=FRESH)


@get("/assets/shared.json", include_in_schema=False)
@threaded
def shared(request: Asking) -> Response[bytes]:
    """Pages, texts and rights, for the device to answer with the same pages."""
    content = msgspec.json.encode(plant_of(request).shared)
    return Response(content, media_type=MediaType.JSON, headers=FRESH)


@get("/assets/{path:path}", include_in_schema=False)
@threaded
def asset(request: Asking, path: FromPath[Path]) -> Response[Any]:
    """A built file; an id with its colon, as the label of an asset has it, leads to its page.

    Problem: not_found.
    """
    if ":" in str(path):
        query = f"?{request.url.query}" if request.url.query else ""
        return Redirect(f"/delivered/{encoded(str(path).lstrip('/'))}{query}")
    file = _file(plant_of(request), str(path).lstrip("/"))
    if file.suffix not in MEDIA_TYPES:
        raise Problem("not_found", {})
    return Response(file.read_bytes(), media_type=MEDIA_TYPES[file.suffix], headers=FRESH)


def _file(plant: Plant, name: str) -> Path:
    folder = plant.settings.dist.resolve()
    try:
        file = (folder / name).resolve()
        if file.is_relative_to(folder) and file.is_file():
            return file
    except (OSError, ValueError):  # a name that no file can have
        pass
    raise Problem("not_found", {})


ROUTES = [health, worker, manifest, shared, asset]
