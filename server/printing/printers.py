"""Printers by setting: a YAML file that says which there are and how each is reached.

    - name: zebra
      site: SZ
      zh: 仓库斑马打印机
      en: Zebra in the store
      zpl: 10.0.0.61:9100        # or: ipp: ipp://cups.plant.example:631/printers/zebra
      dpi: 300                   # of a ZPL printer: 203, 300 or 600
      layouts: [lot, material]   # those that it has the stock for; without it all

What people see of a printer is a document (`server.domain.printer`); where it is stays here.
"""

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from server.domain.label_thing import Layout
from sync.problem import Problem

ZPL_PORT = 9100
IPP_PORT = 631
PRINTERS_MAX = 64
_HOST = re.compile(r"(?P<host>\[[0-9A-Fa-f:]+\]|[^\s:/@]+)(?::(?P<port>\d{1,5}))?\Z")


def _address(text: str) -> str:
    found = _HOST.match(text)
    if not found or not 0 < int(found["port"] or ZPL_PORT) < 65536:
        raise ValueError("a host, or host:port")
    return text


def _uri(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("ipp", "ipps") or not parts.hostname or parts.username:
        raise ValueError("ipp:// or ipps://, a host and a path")
    return text


class PrinterSetting(BaseModel):
    """One printer; just one of `zpl` and `ipp` says how it is reached."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,39}$")]
    site: Annotated[str, Field(pattern=r"^[A-Za-z0-9]+$")]
    zh: Annotated[str, Field(min_length=1, max_length=100)]
    en: Annotated[str, Field(min_length=1, max_length=100)]
    zpl: Annotated[str, AfterValidator(_address)] | None = None
    ipp: Annotated[str, AfterValidator(_uri)] | None = None
    dpi: Literal[203, 300, 600] = 300
    layouts: tuple[Layout, ...] = ()

    @model_validator(mode="after")
    def _has_one_way(self) -> "PrinterSetting":
        if (self.zpl is None) == (self.ipp is None):
            raise ValueError("either zpl or ipp says how it is reached")
        return self

    @property
    def key(self) -> str:
        """The key of its document."""
        return f"printer/{self.site}:{self.name}"

    @property
    def technique(self) -> Literal["zpl", "ipp"]:
        """How it is spoken to."""
        return "zpl" if self.zpl else "ipp"

    @property
    def place(self) -> tuple[str, int]:
        """Host and port of a ZPL printer."""
        found = _HOST.match(self.zpl or "")
        assert found
        return found["host"].strip("[]"), int(found["port"] or ZPL_PORT)

    @property
    def label(self) -> dict[str, str]:
        """Its name in both languages."""
        return {"zh": self.zh, "en": self.en}


def printers_of(path: Path | None) -> list[PrinterSetting]:
    """The printers in this file, none without one.

    Problem: printers_file, with what is wrong and where.
    """
    if path is None:
        return []
    try:
        told = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Problem("printers_file", {"file": str(path), "why": _first_line(error)}) from error
    if told is None:
        return []
    if not isinstance(told, list) or len(told) > PRINTERS_MAX:
        why = f"a list of at most {PRINTERS_MAX} printers"
        raise Problem("printers_file", {"file": str(path), "why": why})
    found = [_read(path, number, one) for number, one in enumerate(told, start=1)]
    keys = [one.key for one in found]
    for key in keys:
        if keys.count(key) > 1:
            raise Problem("printers_file", {"file": str(path), "why": f"{key} is there twice"})
    return found


def _read(path: Path, number: int, told: object) -> PrinterSetting:
    try:
        return PrinterSetting.model_validate(told)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(["", str(number), *(str(part) for part in first["loc"])])[1:]
        why = f"{where}: {first['msg']}"
        raise Problem("printers_file", {"file": str(path), "why": why}) from error


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
