"""A dossier as a table: a line per entry, first for people, in their words; then for programs,
under stable names and in codes. The exact bytes of the entries are in the JSON.
"""

import csv
import io
from datetime import datetime

from server.dossier.gathered import Dossier, Told
from server.dossier.telling import Teller
from server.pages.wording import Wording

READ = (
    "dossier.at", "dossier.received_at", "table.what", "dossier.on", "table.who",
    "dossier.content", "dossier.result", "dossier.meaning", "dossier.signed_by",
    "dossier.signed_at", "dossier.method", "dossier.check",
)  # fmt: skip
CODES = (
    "at", "received_at", "kind", "on", "by", "status", "meaning", "method", "is_good", "digest",
    "entry",
)  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(dossier: Dossier, words: Wording) -> str:
    """The table; with a mark that makes spreadsheets read UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    teller = Teller(dossier, words)
    writer.writerow([*(words.text(key, {}) for key in READ), *CODES])
    for one in dossier.entries:
        line = [*_read(one, teller, words), *_codes(one)]
        writer.writerow([_cell(value) for value in line])
    return "\ufeff" + out.getvalue()


def _read(one: Told, teller: Teller, words: Wording) -> list[str]:
    rows, signed = teller.rows(one), one.signature
    if one.moved and one.on != teller.key:
        rows.append((words.label(one.moved["kind"], "movement"), teller.moved(one.moved)))
    told = [
        _plain(one.at),
        _plain(_beside(one.at, one.received_at)),
        words.label(one.kind, "kind"),
        teller.document(one.on),
        teller.who(one),
        teller.sentence(rows),
        teller.became(one),
    ]
    if signed is None:
        return [*told, "", "", "", "", ""]
    check = words.text("dossier.good" if signed.is_good else "dossier.bad", {})
    how, meaning = words.label(signed.method, "sign_method"), words.label(signed.meaning, "meaning")
    return [*told, meaning, signed.name, _plain(signed.at), how, check]


def _plain(text: str) -> str:
    """A moment to the second as a spreadsheet takes it; its offset stands among the codes."""
    return text[:19].replace("T", " ")


def _beside(at: str, received_at: str) -> str:
    """When it arrived, by the clock on which it was recorded."""
    zone = datetime.fromisoformat(at).tzinfo
    return datetime.fromisoformat(received_at).astimezone(zone).isoformat()


def _codes(one: Told) -> list[str]:
    told, signed = [one.at, one.received_at, one.kind, one.on, one.by, one.status], one.signature
    if signed is None:
        return [*told, "", "", "", "", one.entry]
    good = str(signed.is_good).lower()
    return [*told, signed.meaning, signed.method, good, signed.digest, one.entry]


def _cell(value: str) -> str:
    """No spreadsheet takes what somebody typed for a formula."""
    return f"'{value}" if value.startswith(FORMULA) else value
