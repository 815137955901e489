"""What a command says when it can't do its work, in the language of whoever typed it."""

import json
import locale
import os
import sys
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.exc import DBAPIError

from server.pages.wording import Wording
from sync.problem import Problem

CANNOT = 2
TEXTS = Path(__file__).parent / "locale"


def cannot(why: Exception) -> int:
    """Print why; the exit code."""
    print(f"traveler: {_words(why)}", file=sys.stderr)
    return CANNOT


def told(problem: Problem) -> str:
    """A Problem's sentence."""
    return _wording().problem({"code": problem.code, "params": problem.params})


def padded(text: str, columns: int) -> str:
    """With blanks up to so many columns of a terminal, where a Chinese character takes two."""
    taken = sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
    return text + " " * (columns - taken)


def _words(why: Exception) -> str:
    if isinstance(why, Problem):
        return f"{told(why)} ({why.code})"
    if isinstance(why, DBAPIError):
        return f"database: {why.orig}"
    return str(why)


def _wording() -> Wording:
    return _wording_in(_language())


@cache
def _wording_in(lang: str) -> Wording:
    messages: dict[str, Any] = json.loads((TEXTS / f"{lang}.json").read_text("utf-8"))
    problems: dict[str, Any] = yaml.safe_load((TEXTS / "problems.yaml").read_text("utf-8"))
    return Wording(lang, messages, problems)


def _language() -> str:
    """As the environment asks, also where the system has no such locale (a slim image has none)."""
    asked = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    set_to = asked if asked not in ("", "C", "POSIX") else locale.getlocale()[0] or ""
    return "zh_CN" if set_to.startswith(("zh", "Chinese")) else "en"
