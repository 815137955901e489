"""A dossier on paper: what the document says, its steps, every signature with name, meaning and
time (21 CFR 11.50), and the history. What is in it is `gathered`'s; the words are the locale's.
"""

from collections.abc import Iterator
from datetime import datetime

from server.dossier.facts import Block, Facts
from server.dossier.gathered import Dossier, Signed, Told
from server.dossier.sheet import SOFT, Sheet
from server.dossier.steps import Picture, Steps
from server.dossier.telling import Teller
from server.pages.wording import Wording

GOOD, BAD = (29, 106, 56), (173, 34, 25)
HISTORY_SHARES = (43, 90, 41)


def printed(dossier: Dossier, words: Wording, picture: Picture, *, by: str, at: str) -> bytes:
    """The PDF. `picture` gives the bytes of an evidence by its SHA-256, None if it is not here."""
    doc, teller = dossier.document, Teller(dossier, words)
    number = str(doc.get("number") or doc.get("about_label") or doc.get("code"))
    title = f"{words.label(f'title.{dossier.type}')} {number}"
    foot = words.text("dossier.printed", {"name": by, "at": moment(at)})
    sheet = Sheet(title, f"{title} · {foot}")
    sheet.say(words.text("app.name", {}), size_pt=9, color=SOFT)
    sheet.say(title, size_pt=18, style="B")
    sheet.ln(3)
    if dossier.type == "case":
        sheet.say(words.problem(doc))
        sheet.ln(2)
    for block in Facts(dossier, words, moment).blocks():
        sheet.block(block)
    steps = Steps(dossier, words, picture, moment)
    steps.print_on(sheet)
    if dossier.type == "case":
        _named(sheet, dossier, words, teller)
    _signatures(sheet, dossier, words, steps, picture)
    _history(sheet, dossier, words, teller)
    return bytes(sheet.output())


def _named(sheet: Sheet, dossier: Dossier, words: Wording, teller: Teller) -> None:
    """What the entries said that the case names."""
    named = {one["entry"] for one in dossier.document["entries"]}
    told = [one for one in dossier.entries if one.entry in named]
    if told:
        sheet.heading(words.text("case.entries", {}))
    for one in told:
        sheet.heading(f"{teller.happened(one)} · {teller.who(one)}", size_pt=10)
        sheet.say(f"{moment(one.at)} · {one.entry}", size_pt=7, color=SOFT)
        sheet.block(Block("", (), [*teller.rows(one)]))


def _signatures(
    sheet: Sheet, dossier: Dossier, words: Wording, steps: Steps, picture: Picture
) -> None:
    sheet.heading(words.text("dossier.signatures", {}))
    signed, drawn = list(_signed(dossier)), steps.drawn()
    if not signed and not drawn:
        sheet.say(words.text("dossier.unsigned", {}), color=SOFT)
    for one in drawn:
        sheet.heading(f"{one.label} · {one.step}", size_pt=11)
        told = words.text("dossier.drawn", {"name": one.by_name, "at": moment(one.at)})
        sheet.say(told, size_pt=9)
        content = picture(one.sha256)
        if content is None:
            missing = words.text("dossier.not_here", {"name": steps.name(one.sha256)})
            sheet.say(missing, size_pt=9, color=BAD)
        else:
            sheet.drawing(content)
        sheet.say(f"SHA-256 {one.sha256}", size_pt=7, color=SOFT)
        sheet.ln(2)
    for entry, signature in signed:
        _signature(sheet, words, entry, signature)
    sheet.ln(2)


def _signed(dossier: Dossier) -> Iterator[tuple[Told, Signed]]:
    for one in dossier.entries:
        if one.signature is not None:
            yield one, one.signature


def _signature(sheet: Sheet, words: Wording, entry: Told, signed: Signed) -> None:
    meaning = words.label(signed.meaning, "meaning")
    sheet.heading(f"{signed.name} · {meaning} · {moment(signed.at)}", size_pt=11)
    how = words.label(signed.method, "sign_method")
    check = words.text("dossier.good" if signed.is_good else "dossier.bad", {})
    color = GOOD if signed.is_good else BAD
    sheet.say(f"{words.label(entry.kind, 'kind')} · {how} · {check}", size_pt=9, color=color)
    sheet.say(f"SHA-256 {signed.digest}", size_pt=7, color=SOFT)
    sheet.ln(2)


def _history(sheet: Sheet, dossier: Dossier, words: Wording, teller: Teller) -> None:
    lines = []
    for one in dossier.entries:
        became = teller.became(one) if one.status != "applied" else ""
        told = [f"{teller.happened(one)} · {teller.who(one)}", became]
        told.append(teller.sentence(teller.history(one)))
        lines.append((moment(one.at), "\n".join(part for part in told if part), one.entry))
    heads = ("table.when", "dossier.content", "dossier.entry")
    head = tuple(words.text(key, {}) for key in heads)
    title = words.text("timeline.title", {})
    sheet.block(Block(title, head, lines, HISTORY_SHARES, small=(2,)))


def moment(text: str) -> str:
    """Date, time to the second and offset from UTC, as the device told it."""
    try:
        return datetime.fromisoformat(text).isoformat(sep=" ", timespec="seconds")
    except ValueError:
        return text
