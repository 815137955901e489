"""Incoming: the fields of a posted form, within limits, whatever the browser or somebody sent.

Litestar's own reading of url-encoded forms keeps the bodies in a cache, passwords among them, and
fails on text that is not what it says; here it is a Problem.
"""

from urllib.parse import parse_qsl

from litestar.datastructures import UploadFile

from server.pages.form import FIELDS_MAX, File
from server.web.guard import Asking
from sync.problem import Problem

URL_ENCODED = "application/x-www-form-urlencoded"
Fields = list[tuple[str, str | File]]


async def fields_of(request: Asking) -> Fields:
    """The form's fields in order. Problems: form_malformed, request_too_large."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type == URL_ENCODED:
        return list(_url_encoded(await request.body()))
    try:
        form = await request.form()
    except (UnicodeError, LookupError, ValueError) as error:
        raise Problem("form_malformed", {"field": ""}) from error
    fields: Fields = []
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            fields.append((name, File(value.filename, value.content_type, await value.read())))
            await value.close()
        else:
            fields.append((name, str(value)))
    return fields


def texts(fields: Fields) -> dict[str, str]:
    """The text fields by name; of the same name the last."""
    return {name: value for name, value in fields if isinstance(value, str)}


def _url_encoded(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=FIELDS_MAX)
    except ValueError as error:
        too_many = not isinstance(error, UnicodeError)
        raise Problem(
            "request_too_large" if too_many else "form_malformed", {"field": ""}
        ) from error
