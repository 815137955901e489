"""The steps of a run on paper: what was recorded by whom, held against which limits, and the
pictures. What was drawn as a signature is `paper`'s, which shows all signatures in one place.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from server.dossier.facts import Block
from server.dossier.gathered import Dossier
from server.dossier.sheet import Sheet
from server.dossier.telling import PICTURES, Row, answered, limits
from server.pages.wording import Wording

Picture = Callable[[str], bytes | None]


@dataclass(frozen=True)
class Drawn:
    """A signature that was drawn on the glass: for which field of which step, by whose device."""

    label: str
    step: str
    by_name: str
    at: str
    sha256: str


class Steps:
    """Prints the steps of a dossier's run on a sheet."""

    def __init__(
        self, dossier: Dossier, words: Wording, picture: Picture, moment: Callable[[str], str]
    ) -> None:
        self._steps: list[dict[str, Any]] = dossier.document.get("steps", [])
        self._words, self._picture, self._moment = words, picture, moment
        self._names = {sha: name for one in dossier.entries for sha, name in one.blobs.items()}

    def print_on(self, sheet: Sheet) -> None:
        """Those that were recorded, each with its records, the oldest first."""
        if any(step["records"] for step in self._steps):
            sheet.heading(self._words.text("run.steps", {}))
        for step in self._steps:
            if step["records"]:
                sheet.heading(self._words.name(step["title"]), size_pt=10.5)
            for record in reversed(step["records"]):
                sheet.block(Block("", (), list(self.rows(step, record))))
                self._photos(sheet, step, record)

    def drawn(self) -> list[Drawn]:
        """The signatures that were drawn; what a correction took over stands once."""
        found: dict[str, Drawn] = {}
        for step in self._steps:
            for record in reversed(step["records"]):
                for field, one in self._evidence(step, record, "signature"):
                    drawn = Drawn(
                        label=self._words.name(field["label"]),
                        step=self._words.name(step["title"]),
                        by_name=record["by_name"],
                        at=record["at"],
                        sha256=one["sha256"],
                    )
                    found.setdefault(drawn.sha256, drawn)
        return list(found.values())

    def name(self, sha256: str) -> str:
        """What a picture is called where it can't be shown."""
        return f"{self._names.get(sha256, '')} (SHA-256 {sha256[:12]}…)".strip()

    def _evidence(
        self, step: Mapping[str, Any], record: Mapping[str, Any], kind: str
    ) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        fields = {field["key"]: field for field in step["fields"] if field["type"] == kind}
        for one in record["evidence"]:
            if one["field"] in fields:
                yield fields[one["field"]], one

    def rows(self, step: Mapping[str, Any], record: Mapping[str, Any]) -> Iterator[Row]:
        """One record: the verdict and who, the answers with their limits, parts, note, and what
        became of it.
        """
        words, by = self._words, record["by_name"]
        struck, signed = record["corrected"], record.get("signature")
        yield words.label(record["verdict"], "verdict"), f"{by} · {self._moment(record['at'])}"
        out = {one["key"] for one in record["measurements"] if not one["ok"]}
        for field in step["fields"]:
            if field["key"] in record["answers"]:
                label = words.name(field["label"])
                yield label, self._answer(field, record, is_out=field["key"] in out)
        for part in record["parts"]:
            amount = f"{part['quantity']} {part['unit']}"
            told = f"{words.name(part['item_name'])} · {part['lot_code']} · {amount}"
            yield words.text("form.part", {}), told
        if record["note"]:
            yield words.label("form.note"), record["note"]
        if signed:
            meaning = words.label(signed["meaning"], "meaning")
            told = f"{signed['name']} · {meaning} · {self._moment(signed['at'])}"
            yield words.text("dossier.signed_by", {}), told
        if record["corrects"]:
            yield words.text("run.corrects", {}), record["corrects"]
        if struck:
            told = f"{struck['reason']} · {self._moment(struck['at'])}"
            yield words.text("run.corrected", {"name": struck["by_name"]}), told

    def _answer(self, field: Mapping[str, Any], record: Mapping[str, Any], *, is_out: bool) -> str:
        answer, words = record["answers"][field["key"]], self._words
        if field["type"] in PICTURES:
            if self._picture(answer) is None:
                return words.text("dossier.not_here", {"name": self.name(answer)})
            drawn = field["type"] == "signature"
            return words.text("dossier.drawn_below" if drawn else "dossier.below", {})
        told = answered(field, answer, words, {})
        within = limits(field, words)
        shown = f"{told}  [{within}]" if within else told
        return f"{shown}  {words.text('limit.outside', {})}" if is_out else shown

    def _photos(self, sheet: Sheet, step: Mapping[str, Any], record: Mapping[str, Any]) -> None:
        for field, one in self._evidence(step, record, "photo"):
            content = self._picture(one["sha256"])
            if content is not None:
                told = f"{self._words.name(field['label'])} · {self.name(one['sha256'])}"
                sheet.photo(content, told)
