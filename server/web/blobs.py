"""Routes of blobs: how much is there, the next piece, and the whole for those who may see it."""

import re
from typing import Annotated, Any

from litestar import Response, get, head, patch
from litestar.concurrency import sync_to_thread
from litestar.params import FromPath, HeaderParameter
from litestar.response import File

from server.accounts import devices
from server.web.guard import Asking, plant_of, session_of
from server.web.sync import Bearer, token_of
from server.web.threaded import threaded
from server.web.wire import answers
from sync.blobs import PIECE_MAX_BYTES
from sync.entry import SHA256_PATTERN
from sync.problem import Problem

# Digits alone: read as a number, 1e3 and 1_000 would be one too.
Offset = Annotated[str, HeaderParameter(name="Upload-Offset", pattern=r"^(0|[1-9][0-9]{0,14})$")]
Length = Annotated[str, HeaderParameter(name="Upload-Length", pattern=r"^[1-9][0-9]{0,14}$")]
WEEK_S = 7 * 24 * 3600


def _is_hash(sha256: str) -> bool:
    return re.fullmatch(SHA256_PATTERN, sha256) is not None


def _must_deliver(request: Asking, bearer: str) -> None:
    """Problem: device_unknown."""
    plant = plant_of(request)
    with plant.store.read() as connection:
        if devices.of_token(connection, token_of(bearer)) is None:
            raise Problem("device_unknown", {"device": ""})


@head("/blobs/{sha256:str}", responses=answers(None, 401, 404))
@threaded
def progress(request: Asking, sha256: FromPath[str], bearer: Bearer = "") -> Response[None]:
    """How many bytes are there: Upload-Offset and, once known, Upload-Length; 404 for none."""
    _must_deliver(request, bearer)
    there = plant_of(request).blobs.progress(sha256) if _is_hash(sha256) else None
    if there is None:
        return Response(None, status_code=404)
    headers = {"Upload-Offset": str(there.offset)}
    if there.length >= 0:
        headers["Upload-Length"] = str(there.length)
    return Response(None, status_code=200, headers=headers)


@patch(
    "/blobs/{sha256:str}",
    status_code=204,
    request_max_body_size=PIECE_MAX_BYTES,
    responses=answers(None, 401, 409, 413, 415, 422, status=204),
)
async def add(
    request: Asking, sha256: FromPath[str], offset: Offset, length: Length, bearer: Bearer = ""
) -> Response[None]:
    """The next piece. Problems: blob_offset, blob_too_large, blob_hash, blob_type, blob_pixels."""
    piece = await request.body()
    done = await sync_to_thread(_add, request, sha256, piece, (int(offset), int(length)), bearer)
    return Response(None, status_code=204, headers={"Upload-Offset": str(done)})


def _add(request: Asking, sha256: str, piece: bytes, place: tuple[int, int], bearer: str) -> int:
    _must_deliver(request, bearer)
    if not _is_hash(sha256):
        raise Problem("blob_hash", {"sha256": sha256[:64]})
    plant = plant_of(request)
    offset, length = place
    return plant.blobs.add(sha256, piece, offset=offset, length=length, now=plant.now()).offset


@get("/blobs/{sha256:str}", responses=answers(None, 401, 404))
@threaded
def whole(request: Asking, sha256: FromPath[str]) -> Response[Any] | File:
    """A checked image for somebody signed in. Problems: sign_in_needed, unknown_document."""
    plant = plant_of(request)
    if session_of(request) is None:
        raise Problem("sign_in_needed", {})
    with plant.store.read() as connection:
        media_type = plant.blobs.type_of(connection, sha256)
    if media_type is None or not plant.blobs.path(sha256).is_file():
        raise Problem("unknown_document", {"key": f"blob/{sha256[:12]}"})
    headers = {
        "cache-control": f"private, max-age={WEEK_S}, immutable",
        "content-security-policy": "default-src 'none'",
    }
    return File(
        plant.blobs.path(sha256),
        media_type=media_type,
        content_disposition_type="inline",
        headers=headers,
    )


ROUTES = [progress, add, whole]
