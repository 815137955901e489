"""A dossier on paper: A4, what the document says, and every signature with its name, meaning and
time (21 CFR 11.50). What is in it is `dossier`'s; the words are the locale's.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

from fpdf import FPDF
from fpdf.enums import TableBordersLayout
from fpdf.fonts import FontFace
from PIL import Image

from labels.font import face, path
from server.dossier import Dossier, signed_lines
from server.pages.wording import Wording

Row = tuple[str, str]
Picture = Callable[[str], bytes | None]
MARGIN_MM, LABEL_MM, PICTURE_MM = 18, 48, 40
GOOD, BAD, SOFT, LINE = (29, 106, 56), (173, 34, 25), (96, 104, 108), (211, 206, 194)
PICTURES = ("signature",)


class Sheet(FPDF):
    """A page with the dossier's name on top and the page's number at the foot."""

    def __init__(self, title: str, foot: str) -> None:
        super().__init__(format="A4")
        self._head, self._foot = title, foot
        self.set_margins(MARGIN_MM, MARGIN_MM)
        self.set_auto_page_break(True, MARGIN_MM)
        self.add_font("noto", "", path("regular"))
        self.add_font("noto", "B", path("bold"))
        self.set_title(title)
        self.alias_nb_pages()
        self.add_page()

    def header(self) -> None:
        """On every page but the first, whose title says it."""
        if self.page_no() > 1:
            self.say(self._head, size_pt=8, color=SOFT)

    def footer(self) -> None:
        """Where the pages belong, and how many there are."""
        self.set_y(-MARGIN_MM + 4)
        self.set_text_color(*SOFT)
        self.set_font("noto", "", 7)
        self.cell(0, 4, _drawable(f"{self._foot} · {self.page_no()} / {{nb}}"), align="R")

    def say(
        self, text: str, *, size_pt: float = 10, style: str = "", color: tuple[int, ...] = (0,)
    ) -> None:
        """A paragraph."""
        self.set_font("noto", style, size_pt)
        self.set_text_color(*color)
        self.multi_cell(0, size_pt * 0.5, _drawable(text), new_x="LMARGIN", new_y="NEXT")

    def rows(self, rows: list[Row]) -> None:
        """Two columns: what, and how it is."""
        if not rows:
            return
        self.set_font("noto", "", 9)
        self.set_text_color(0)
        self.set_draw_color(*LINE)
        widths = (LABEL_MM, int(self.epw) - LABEL_MM)
        with self.table(
            col_widths=widths,
            first_row_as_headings=False,
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            line_height=5,
            padding=(0.7, 0),
        ) as table:
            for label, value in rows:
                row = table.row()
                row.cell(_drawable(label), style=FontFace(color=SOFT))
                row.cell(_drawable(value))
        self.ln(3)


def printed(dossier: Dossier, words: Wording, picture: Picture, *, by: str, at: str) -> bytes:
    """The PDF. `picture` gives the bytes of an evidence by its SHA-256, None if it is not here."""
    doc = dossier.document
    is_case = doc["key"].startswith("case/")
    number = str(doc.get("number") or doc.get("about_label") or doc.get("code") or doc["key"])
    kind = words.label(f"title.{doc['key'].partition('/')[0]}")
    foot = words.text("dossier.printed", {"name": by, "at": _moment(at)})
    sheet = Sheet(f"{kind} {number}", f"{kind} {number} · {foot}")
    sheet.say(words.text("app.name", {}), size_pt=9, color=SOFT)
    sheet.say(f"{kind} {number}", size_pt=18, style="B")
    sheet.ln(3)
    if is_case:
        sheet.say(words.problem(doc))
    sheet.rows(list(_facts(doc, words)))
    for step in doc.get("steps", []):
        _step(sheet, step, words, picture)
    for one in dossier.entries if is_case else []:
        sheet.say(_happened(one, words), size_pt=10, style="B")
        sheet.rows(list(_said(one.said, words)))
    _signatures(sheet, dossier, words)
    sheet.say(words.text("timeline.title", {}), size_pt=12, style="B")
    sheet.rows([(_moment(one.at), _happened(one, words)) for one in dossier.entries])
    return bytes(sheet.output())


def _happened(one: Any, words: Wording) -> str:
    return f"{words.label(one.kind, 'kind')} · {one.by_name} · {one.entry}"


def _said(said: Mapping[str, Any], words: Wording) -> Iterator[Row]:
    """What an entry said, field by field, of whatever kind it is."""
    for name, value in said.items():
        if isinstance(value, Mapping):
            yield from _said(value, words)
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            for one in value:
                yield from _said(one, words)
        else:
            yield words.label(name, "field"), words.shown(value)


def _facts(doc: Mapping[str, Any], words: Wording) -> Iterator[Row]:
    """The fields that a reader looks for, where the document has them."""
    for name in ("title", "item_name", "item_code", "lot_code", "quantity", "order_number"):
        if doc.get(name):
            yield words.label(name, "dossier"), words.shown(doc[name])
    customer = doc.get("customer") or {}
    for name in ("name", "address", "contact"):
        if customer.get(name):
            yield words.label(name, "dossier"), customer[name]
    if "procedure" in doc:
        ran = doc["procedure"]
        title = f"{words.name(ran['title'])} · {ran['code']} · {ran['revision']}"
        yield words.label("title.procedure"), title
    if "status" in doc:
        yield words.label("dossier.status"), words.label(doc["status"], "status")
    if "state" in doc:
        yield words.label("dossier.state"), words.label(doc["state"], "state")
    for line in doc.get("material", []):
        label = words.name(line["label"]) if line.get("label") else line["field"]
        yield label if line.get("label") else words.label(label, "field"), line["value"]


def _step(sheet: Sheet, step: Mapping[str, Any], words: Wording, picture: Picture) -> None:
    if not step["records"]:
        return
    sheet.say(words.name(step["title"]), size_pt=11, style="B")
    fields = {field["key"]: field for field in step["fields"]}
    for record in step["records"]:
        struck = record["corrected"]
        who = f"{record['by_name']} · {_moment(record['at'])}"
        rows = [(words.label(record["verdict"], "verdict"), who)]
        rows += [_answer(fields[k], v, words) for k, v in record["answers"].items() if k in fields]
        if record["note"]:
            rows.append((words.label("form.note"), record["note"]))
        if struck:
            told = {"name": struck["by_name"]}
            rows.append((words.text("run.corrected", told), struck["reason"]))
        sheet.rows(rows)
        for one in record["evidence"]:
            if fields.get(one["field"], {}).get("type") in PICTURES:
                _draw(sheet, picture(one["sha256"]))


def _answer(field: Mapping[str, Any], answer: str, words: Wording) -> Row:
    choices = {one["key"]: words.name(one["label"]) for one in field.get("choices", [])}
    limits = " – ".join(one for one in (field.get("lower"), field.get("upper")) if one)
    value = f"{choices.get(answer, answer)} {field.get('unit') or ''}".strip()
    return words.name(field["label"]), f"{value}  [{limits}]" if limits else value


def _draw(sheet: Sheet, content: bytes | None) -> None:
    """What the customer drew on the glass, on white."""
    if content is None:
        return
    with Image.open(BytesIO(content)) as image:
        drawn = image.convert("RGBA")
    white = Image.new("RGBA", drawn.size, "white")
    white.alpha_composite(drawn)
    sheet.image(white.convert("RGB"), w=PICTURE_MM)
    sheet.ln(2)


def _signatures(sheet: Sheet, dossier: Dossier, words: Wording) -> None:
    sheet.say(words.text("dossier.signatures", {}), size_pt=12, style="B")
    if not dossier.signatures:
        sheet.say(words.text("dossier.unsigned", {}), color=SOFT)
    for entry, signed in signed_lines(dossier):
        meaning = words.label(signed.meaning, "meaning")
        sheet.say(f"{signed.name} · {meaning} · {_moment(signed.at)}", size_pt=11, style="B")
        how = words.label(signed.method, "sign_method")
        check = words.text("dossier.good" if signed.is_good else "dossier.bad", {})
        sheet.say(
            f"{words.label(entry.kind, 'kind')} · {how} · {check}",
            size_pt=9,
            color=GOOD if signed.is_good else BAD,
        )
        sheet.say(f"SHA-256 {signed.digest}", size_pt=7, color=SOFT)
        sheet.ln(2)
    sheet.ln(2)


def _moment(text: str) -> str:
    """Date, time to the second and offset from UTC, as the device told it."""
    try:
        return datetime.fromisoformat(text).isoformat(sep=" ", timespec="seconds")
    except ValueError:
        return text


def _drawable(text: str) -> str:
    """What the font lacks is written as its code: nothing is left out silently."""
    known = face("regular").advances
    return "".join(c if c in "\n{}" or ord(c) in known else f"[U+{ord(c):04X}]" for c in text)
