"""A document in words, block by block, as its page shows it: what an auditor looks for first.

Runs' steps are `steps`'s. ISO 9001 §8.5.2 (identification and traceability), §7.5.3.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from server.domain.values import canonical
from server.dossier.gathered import Dossier
from server.dossier.related import Doc
from server.dossier.telling import Row, Teller, route
from server.pages.wording import Wording


@dataclass(frozen=True)
class Block:
    """A table under a title: with a head, or of two columns, what and how it is."""

    title: str
    head: tuple[str, ...]
    lines: Sequence[tuple[str, ...]]
    shares: tuple[int, ...] = ()  # of the width, by column
    small: tuple[int, ...] = ()  # which columns are only to be found again


class Facts:
    """Tells the document of one dossier."""

    def __init__(self, dossier: Dossier, words: Wording, moment: Callable[[str], str]) -> None:
        self._dossier, self._words, self._moment = dossier, words, moment
        self._teller = Teller(dossier, words)

    def blocks(self) -> list[Block]:
        """What there is to tell of it; blocks with nothing in them are left out."""
        doc, tell = self._dossier.document, getattr(self, f"_{self._dossier.type}")
        return [block for block in tell(doc) if block.lines]

    def _facts(self, *rows: tuple[str, Any], title: str = "") -> Block:
        """Two columns; what is empty is left out."""
        told = [(self._t(key), self._words.shown(value)) for key, value in rows]
        return Block(title, (), [row for row in told if row[1]])

    def _grid(
        self, title: str, head: tuple[str, ...], lines: Sequence[tuple[str, ...]], *shares: int
    ) -> Block:
        return Block(self._t(title), tuple(self._t(key) for key in head), lines, shares)

    def _t(self, key: str) -> str:
        return self._words.text(key, {})

    def _by(self, *parts: str | None) -> str:
        return " · ".join(part for part in parts if part)

    def _number(self, key: str | None) -> str:
        return self._teller.called(key) if key else ""

    def _at(self, text: str | None) -> str:
        return self._moment(text) if text else ""

    def _lot(self, lot: Doc) -> Iterator[Block]:
        unit, words = lot["unit"], self._words
        by = words.label(lot["status_by_name"], "actor")
        yield self._facts(
            ("dossier.item_name", lot["item_name"]),
            ("dossier.item_code", lot["item_code"]),
            ("dossier.gtin", lot["gtin"]),
            ("lot.quantity", f"{lot['quantity']} {unit}"),
            ("lot.on_hand", f"{lot['on_hand']} {unit}"),
            ("dossier.status", self._words.label(lot["status"], "status")),
            ("dossier.status_by", self._by(by, self._at(lot["status_at"]))),
            ("dossier.status_reason", lot["status_reason"]),
            ("lot.supplier", lot["supplier"]),
            ("lot.supplier_lot", lot["supplier_lot"]),
            ("lot.received", lot["received_on"]),
            ("lot.produced", lot["produced_on"]),
            ("lot.expires", lot["expires_on"]),
            ("title.order", self._number(lot["order"])),
            ("title.case", self._t("lot.open_case") if lot["open_case"] else ""),
        )
        nowhere = self._t("lot.no_place")
        places = [(h["location"] or nowhere, f"{h['quantity']} {unit}") for h in lot["holdings"]]
        yield Block(self._t("dossier.places"), (), places)
        yield Block(self._t("dossier.totals"), (), self._totals(unit))
        yield from self._holds(lot["holds"])
        yield self._moves(unit)
        runs = [
            (
                one["number"],
                self._words.name(one["title"]),
                self._words.label(one["state"], "state"),
            )
            for one in lot["runs"]
        ]
        yield self._grid("title.jobs", ("job.number", "dossier.title", "dossier.state"), runs)

    def _totals(self, unit: str) -> list[tuple[str, ...]]:
        """How much came and went in all, by kind of movement."""
        sums: dict[str, Decimal] = {}
        for one in self._dossier.entries:
            if one.moved:
                kind, quantity = one.moved["kind"], Decimal(one.moved["quantity"])
                sums[kind] = sums.get(kind, Decimal(0)) + quantity
        words = self._words
        return [
            (words.label(kind, "movement"), f"{canonical(n)} {unit}") for kind, n in sums.items()
        ]

    def _holds(self, holds: list[Doc]) -> Iterator[Block]:
        lines = [
            (
                self._by(self._words.label(one["by_name"], "actor"), self._at(one["at"])),
                self._words.name(one["reason"]),
                self._by(one["released_by_name"], self._at(one["released_at"])),
                one["released_reason"] or "",
            )
            for one in reversed(holds)
        ]
        head = ("kind.lot.held", "field.reason", "kind.lot.released", "field.reason")
        yield self._grid("lot.holds", head, lines)

    def _moves(self, unit: str) -> Block:
        lines = [
            (
                self._at(one.at),
                self._words.label(one.moved["kind"], "movement"),
                f"{one.moved['quantity']} {unit}",
                route(one.moved),
                self._teller.who(one),
            )
            for one in self._dossier.entries
            if one.moved
        ]
        head = ("table.when", "table.what", "form.quantity", "table.from_to", "table.who")
        return self._grid("lot.movements", head, lines, 46, 24, 28, 48, 28)

    def _run(self, run: Doc) -> list[tuple[str, Any]]:
        ran = run["procedure"]
        title = self._by(self._words.name(ran["title"]), ran["code"], str(ran["revision"]))
        return [
            ("title.procedure", title),
            ("dossier.state", self._words.label(run["state"], "state")),
            ("field.due_on", run["due_on"]),
            ("dossier.started", self._at(run["started_at"])),
            ("dossier.done", self._at(run["done_at"])),
        ]

    def _job(self, job: Doc) -> Iterator[Block]:
        yield self._facts(
            ("dossier.item_name", job["item_name"]),
            ("dossier.item_code", job["item_code"]),
            ("dossier.lot_code", job["lot_code"]),
            ("dossier.quantity", f"{job['quantity']} {job['unit']}"),
            ("dossier.order_number", job["order_number"]),
            *self._run(job),
        )

    def _visit(self, visit: Doc) -> Iterator[Block]:
        customer, asset = visit["customer"], visit["asset"] or {}
        yield self._facts(
            ("visit.service", self._words.label(visit["service"], "service")),
            ("dossier.name", customer["name"]),
            ("dossier.address", customer["address"]),
            ("dossier.contact", customer["contact"]),
            ("field.phone", customer["phone"]),
            ("visit.asset", asset.get("name")),
            ("visit.asset_serial", asset.get("serial")),
            ("visit.asset_lot", asset.get("lot_code")),
            ("field.problem", visit["problem"]),
            ("visit.technician", visit["technician_name"]),
            *self._run(visit),
        )
        parts = [
            (self._words.name(p["item_name"]), p["lot_code"], f"{p['quantity']} {p['unit']}")
            for p in reversed(visit["parts"])
        ]
        head = ("form.part", "dossier.lot_code", "dossier.quantity")
        yield self._grid("visit.parts", head, parts, 90, 50, 34)

    def _approval(self, approval: Doc) -> Iterator[Block]:
        asked = self._by(approval["asked_by_name"], self._at(approval["asked_at"]))
        yield self._facts(
            ("dossier.title", approval["title"]),
            ("dossier.state", self._words.label(approval["state"], "state")),
            ("dossier.asked_by", asked),
            *self._decided(approval["decision"]),
        )
        material = [self._line(one) for one in approval["material"]]
        yield Block(self._t("dossier.material"), (), material)

    def _line(self, shown: Mapping[str, Any]) -> Row:
        label = self._words.name(shown["label"]) if shown.get("label") else ""
        return label or self._words.label(shown["field"], "field"), shown["value"]

    def _decided(
        self, made: Mapping[str, Any] | None, *, said: str = "field.comment"
    ) -> list[tuple[str, Any]]:
        if made is None:
            return []
        return [
            ("field.decision", self._words.label(made["decision"], "decision")),
            ("dossier.decided_by", self._by(made["by_name"], self._at(made["at"]))),
            (said, made.get("comment") or made.get("note")),
        ]

    def _requisition(self, asked: Doc) -> Iterator[Block]:
        approval = self._dossier.others.get(asked["approval"], {})
        yield self._facts(
            ("dossier.state", self._words.label(asked["state"], "state")),
            ("dossier.asked_by", self._by(asked["raised_by_name"], self._at(asked["raised_at"]))),
            ("title.order", asked["order_number"]),
            ("requisition.needed_on", asked["needed_on"]),
            ("form.note", asked["note"]),
            *self._decided(approval.get("decision")),
        )
        name = self._words.name
        lines = [
            (
                f"{name(line['item_name'])} · {line['item_code']}",
                f"{line['quantity']} {line['unit']}",
                f"{line['issued']} {line['unit']}",
            )
            for line in asked["lines"]
        ]
        head = ("title.item", "dossier.asked", "dossier.issued")
        yield self._grid("requisition.lines", head, lines, 98, 38, 38)
        issues = [
            (
                self._at(one["at"]),
                line["item_code"],
                one["lot_code"],
                f"{one['quantity']} {line['unit']}",
                one["by_name"],
            )
            for line in asked["lines"]
            for one in line["issues"]
        ]
        heads = (
            "table.when",
            "dossier.item_code",
            "dossier.lot_code",
            "form.quantity",
            "table.who",
        )
        yield self._grid("dossier.issues", heads, sorted(issues), 46, 32, 36, 28, 32)

    def _order(self, order: Doc) -> Iterator[Block]:
        release = next(one for one in self._dossier.entries if one.kind == "order.released")
        yield self._facts(
            ("dossier.item_name", order["item_name"]),
            ("dossier.item_code", order["item_code"]),
            ("dossier.quantity", f"{order['quantity']} {order['unit']}"),
            ("order.stage", self._words.label(order["stage"], "stage")),
            ("field.due_on", order["due_on"]),
            ("visit.customer", order["customer"]),
            ("order.work", order["work"]),
            ("dossier.state", self._words.label(order["state"], "state")),
            ("kind.order.released", self._by(self._teller.who(release), self._at(release.at))),
        )
        lines = [
            (
                self._teller.document(one["key"]),
                f"{one['quantity']} {one['unit']}" if "quantity" in one else "",
                self._words.label(one["status"], "status")
                if "status" in one
                else self._words.label(one["state"], "state"),
            )
            for one in self._dossier.related
        ]
        head = ("dossier.on", "dossier.quantity", "dossier.state")
        yield self._grid("dossier.of_order", head, lines, 90, 42, 42)

    def _case(self, case: Doc) -> Iterator[Block]:
        about = self._words.label(case["about"].partition("/")[0], "title")
        yield self._facts(
            ("dossier.about", f"{about} {case['about_label']}"),
            ("dossier.state", self._words.label(case["state"], "state")),
            ("dossier.opened", self._at(case["opened_at"])),
            *self._decided(case["resolution"], said="field.note"),
        )
        label = self._words.label
        lines = [
            (label(one["field"], "field"), *(label(one[n], "status") for n in COMPARED))
            for one in case["differences"]
        ]
        head = ("difference.field", *(f"difference.{name}" for name in COMPARED))
        yield self._grid("dossier.differences", head, lines)


COMPARED = ("seen", "now", "wanted")
