"""What a command says when it can't do its work, in the language of whoever typed it."""

import locale
import sys
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.exc import DBAPIError

from server.pages.wording import Wording
from sync.problem import Problem

CANNOT = 2
TEXTS = Path(__file__).parent / "locale" / "problems.yaml"


def cannot(why: Exception) -> int:
    """Print why; the exit code."""
    print(f"traveler: {_words(why)}", file=sys.stderr)
    return CANNOT


def _words(why: Exception) -> str:
    if isinstance(why, Problem):
        wording = Wording(_language(), {}, _texts())
        return f"{wording.problem({'code': why.code, 'params': why.params})} ({why.code})"
    if isinstance(why, DBAPIError):
        return f"database: {why.orig}"
    return str(why)


def _language() -> str:
    told = locale.getlocale()[0] or ""
    return "zh_CN" if told.startswith(("zh", "Chinese")) else "en"


@cache
def _texts() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(TEXTS.read_text("utf-8"))
    return found
