"""Random deeds of the plant's people, from what they see on their device; also senseless ones."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from server.domain.label_thing import label_key
from tests.server.domain.floor import GOOD, VISIT_BODY
from tests.simulation.chance import Chance

Bodies = dict[str, dict[str, Any]]
PLACES = ("RECV", "A-01", "B-02")
BAD_ANSWERS = {"bore": "26.5", "stem": "sticking", "pressure": "0.5"}
TECHNICIANS = ("zhou.min", "wu.gang", "zhang.wei", "wang.fang")  # the last has no seat there
SIGNATURE = "ab" * 32


@dataclass(frozen=True)
class Wish:
    """What somebody is about to record; without a version in the one that their app speaks."""

    kind: str
    on: str
    body: dict[str, Any]
    base: int | None = None
    v: int | None = None


@dataclass(frozen=True)
class Eyes:
    """What one person sees on one device, with an app of which version, and the dice."""

    rng: Chance
    bodies: Bodies
    site: str
    app: str = "new"

    def some(self, kind: str) -> dict[str, Any] | None:
        """A document of this type at the person's site."""
        keys = sorted(key for key in self.bodies if key.startswith(f"{kind}/{self.site}:"))
        return self.bodies[self.rng.choice(keys)] if keys else None

    def wish(self, kind: str, document: dict[str, Any], body: dict[str, Any]) -> Wish:
        """On a document as it was seen; now and then nobody knows which version that was."""
        base = document["version"] if self.rng.random() < 0.9 else None
        return Wish(kind, document["key"], body, base)

    def quantity(self) -> str:
        return self.rng.choice(["1", "2.5", "10", "40", "75"])

    def place(self) -> str:
        return self.rng.choice(PLACES)


def receive(eyes: Eyes) -> Wish:
    key = f"{eyes.site}:M-1"
    body = {"item": f"item/{key}", "quantity": eyes.quantity(), "location": eyes.place()}
    return Wish("lot.received", f"lot/{key}:N{eyes.rng.randint(1, 6)}", body)


def issue(eyes: Eyes) -> Wish | None:
    lot = eyes.some("lot")
    requisition = eyes.some("requisition")
    body = {"quantity": eyes.quantity()}
    if eyes.rng.random() < 0.4:
        body["location"] = eyes.place()
    if requisition and eyes.rng.random() < 0.5:
        body["requisition"] = requisition["key"]
    return eyes.wish("material.issued", lot, body) if lot else None


def bring_back(eyes: Eyes) -> Wish | None:
    lot = eyes.some("lot")
    body = {"quantity": eyes.quantity(), "location": eyes.place(), "reason": "left over"}
    return eyes.wish("material.returned", lot, body) if lot else None


def put_away(eyes: Eyes) -> Wish | None:
    lot = eyes.some("lot")
    body = {"quantity": eyes.quantity(), "target": eyes.place()}
    return eyes.wish("material.put_away", lot, body) if lot else None


def count(eyes: Eyes) -> Wish | None:
    """Mostly what the book says, or nearly; at a place where it may never have been."""
    lot = eyes.some("lot")
    if lot is None:
        return None
    place = eyes.place()
    book = [one["quantity"] for one in lot["holdings"] if one["location"] == place]
    agreed = book and eyes.rng.random() < 0.5 and not book[0].startswith("-")
    counted = book[0] if agreed else eyes.quantity()
    return eyes.wish("stock.counted", lot, {"location": place, "counted": counted})


def hold(eyes: Eyes) -> Wish | None:
    lot = eyes.some("lot")
    return eyes.wish("lot.held", lot, {"reason": "a crack"}) if lot else None


def release(eyes: Eyes) -> Wish | None:
    lot = eyes.some("lot")
    body = {"reason": "needed", "emergency": eyes.rng.random() < 0.7}
    return eyes.wish("lot.released", lot, body) if lot else None


def scrap(eyes: Eyes) -> Wish | None:
    lot = eyes.some("lot") if eyes.rng.random() < 0.2 else None
    return eyes.wish("lot.scrapped", lot, {"reason": "beyond repair"}) if lot else None


def make(eyes: Eyes) -> Wish:
    number = eyes.rng.randint(1, 3)
    body = {"item": "item/SZ:P-1", "quantity": "20"}
    return Wish("lot.created", f"lot/SZ:P-1:B{number}", body)


def start(eyes: Eyes) -> Wish | None:
    lot = eyes.some("lot")
    number = eyes.rng.randint(1, 4)
    body = {"procedure": "procedure/SZ:card.v1", "quantity": "20"}
    return Wish("job.started", f"job/SZ:J{number}", body | {"lot": lot["key"]}) if lot else None


def record(eyes: Eyes) -> Wish | None:
    job = eyes.some("job")
    if job is None:
        return None
    step = job["next"] if job["next"] and eyes.rng.random() < 0.8 else eyes.rng.choice([*GOOD])
    answers = dict(GOOD[step])
    if eyes.rng.random() < 0.3:
        answers |= {name: BAD_ANSWERS[name] for name in answers if name in BAD_ANSWERS}
    body: dict[str, Any] = {"step": step, "answers": answers}
    if eyes.rng.random() < 0.3:
        body["verdict"] = eyes.rng.choice(["pass", "fail", "hold", "scrap"])
    return eyes.wish("step.recorded", job, body)


def correct(eyes: Eyes) -> Wish | None:
    job = eyes.some("job")
    recorded = [s for s in job["steps"] if s["records"]] if job else []
    if job is None or not recorded:
        return None
    step = eyes.rng.choice(recorded)
    body = {
        "entry": eyes.rng.choice(step["records"])["entry"],
        "step": step["key"],
        "answers": GOOD[step["key"]],
        "reason": "misread",
    }
    return eyes.wish("record.corrected", job, body)


def ask(eyes: Eyes) -> Wish:
    lines = [{"item": f"item/{eyes.site}:M-1", "quantity": eyes.quantity()}]
    return Wish(
        "requisition.raised", f"requisition/{eyes.site}:{eyes.rng.uuid7()}", {"lines": lines}
    )


def ask_otherwise(eyes: Eyes) -> Wish | None:
    requisition = eyes.some("requisition")
    lines = [{"item": f"item/{eyes.site}:M-1", "quantity": eyes.quantity()}]
    body = {"lines": lines, "reason": "more pieces"}
    return eyes.wish("requisition.changed", requisition, body) if requisition else None


def close(eyes: Eyes) -> Wish | None:
    requisition = eyes.some("requisition")
    body = {"reason": eyes.rng.choice(["", "not needed", "not needed"])}
    return eyes.wish("requisition.closed", requisition, body) if requisition else None


def decide(eyes: Eyes) -> Wish | None:
    approval = eyes.some("approval")
    if approval is None:
        return None
    shown = [{"field": one["field"], "value": one["value"]} for one in approval["material"]]
    decision = eyes.rng.choice(["approved", "approved", "rejected"])
    body = {"decision": decision, "shown": shown, "digest": approval["digest"]}
    return eyes.wish("approval.decided", approval, body)


def send(eyes: Eyes) -> Wish:
    return Wish("visit.opened", f"visit/HD:V{eyes.rng.randint(1, 3)}", VISIT_BODY)


def amend(eyes: Eyes) -> Wish | None:
    visit = eyes.some("visit")
    if visit is None:
        return None
    field = eyes.rng.choice(["problem", "phone", "technician"])
    seen = visit["customer"]["phone"] if field == "phone" else visit[field]
    wanted = f"changed {eyes.rng.randint(1, 9)}"
    if field == "technician":
        wanted = eyes.rng.choice(TECHNICIANS)
    body = {"seen": {field: seen}, "set": {field: wanted}}
    return eyes.wish("visit.amended", visit, body)


def cancel(eyes: Eyes) -> Wish | None:
    visit = eyes.some("visit")
    body = {"reason": "the customer called"}
    return eyes.wish("visit.cancelled", visit, body) if visit else None


def serve(eyes: Eyes) -> Wish | None:
    visit, lot = eyes.some("visit"), eyes.some("lot")
    if visit is None:
        return None
    body: dict[str, Any] = {"step": "work", "answers": {"done": "seal replaced"}}
    if lot:
        body["parts"] = [{"lot": lot["key"], "quantity": eyes.quantity()}] * eyes.rng.randint(0, 2)
    return eyes.wish("visit.step_recorded", visit, body)


def resolve(eyes: Eyes) -> Wish | None:
    case = eyes.some("case")
    body = {"note": "counted", "counted": eyes.quantity(), "verdict": "pass", "decision": "noted"}
    return eyes.wish("case.resolved", case, body) if case else None


def note(eyes: Eyes) -> Wish | None:
    document = eyes.some(eyes.rng.choice(["lot", "job", "visit", "requisition"]))
    return eyes.wish("note.added", document, {"text": "看过 ✓"}) if document else None


def print_labels(eyes: Eyes) -> Wish | None:
    """Of a lot or two, whatever there is already; now and then for a printer that is gone."""
    lots = [lot for lot in (eyes.some("lot"), eyes.some("lot")) if lot]
    if not lots:
        return None
    keys = list(dict.fromkeys(lot["key"] for lot in lots[: eyes.rng.randint(1, 2)]))
    return _printed(eyes, keys, {"layout": eyes.rng.choice(["lot", "status", "package"])})


def print_as_before(eyes: Eyes) -> Wish | None:
    """By an app that knows labels of lots only."""
    wish = print_labels(eyes)
    if wish is None:
        return None
    body = dict(wish.body)
    body["lots"] = [{"lot": one["thing"], "base": one["base"]} for one in body.pop("things")]
    return replace(wish, body=body, v=1)


def print_other_labels(eyes: Eyes) -> Wish | None:
    """Of what has no document, of a card, of a person; some without what must stand on them."""
    job = eyes.some("job")
    people = sorted(key for key in eyes.bodies if key.startswith("person/"))
    day = f"2026-12-{eyes.rng.randint(10, 28)}"
    facts = {"calibrated_on": "2026-11-03", "due_on": day}
    choices: list[tuple[str, str, dict[str, str]]] = [
        (f"location/{eyes.site}:{eyes.rng.choice(PLACES)}", "location", {"limit": day}),
        (f"equipment/{eyes.site}:G-{eyes.rng.randint(1, 3)}", "gauge", facts),
        (f"equipment/{eyes.site}:G-1", "gauge", {}),
        *((key, "badge", {"valid_until": day}) for key in people[:2]),
        *([(job["key"], "card-a5", {})] if job else []),
    ]
    key, layout, told = eyes.rng.choice(choices)
    return _printed(eyes, [key], {"layout": layout, "facts": told})


def _printed(eyes: Eyes, keys: list[str], what: dict[str, Any]) -> Wish:
    own = [label_key(key, eyes.site if key.startswith("person/") else "") for key in keys]
    bodies = [eyes.bodies.get(one) for one in own]
    bases = [one["version"] if one else None for one in bodies]
    told = [{"thing": key, "base": base} for key, base in zip(keys, bases, strict=True)]
    body: dict[str, Any] = {"things": told, **what}
    if eyes.rng.random() < 0.3:
        body["printer"] = f"printer/{eyes.site}:gone"
    if eyes.rng.random() < 0.6:
        body |= {"reason": "torn", "replaces": eyes.rng.random() < 0.5}
    return Wish("label.printed", own[0], body, bases[0], v=2)


def end_label(eyes: Eyes) -> Wish | None:
    """Void one or all, say why there are two, send it again, call it off."""
    labels = eyes.some("label")
    if labels is None:
        return None
    one = eyes.rng.choice(labels["prints"])
    body: dict[str, Any] = {"print": one["code"]}
    kind = eyes.rng.choice(
        ["label.voided", "label.voided", "label.explained", "label.requeued", "label.cancelled"]
    )
    if kind in ("label.voided", "label.explained"):
        body["reason"] = "wet"
    if kind == "label.voided" and eyes.rng.random() < 0.5:
        body["number"] = eyes.rng.randint(1, 2)
    return eyes.wish(kind, labels, body)


def nonsense(eyes: Eyes) -> Wish:
    """What no app would send; on a lot that nobody needs."""
    on = f"lot/{eyes.site}:M-1:POISON"
    senseless: list[tuple[str, dict[str, Any]]] = [
        ("lot.teleported", {}),
        ("lot.held", {}),
        ("lot.held", {"reason": ["a", {"b": None}]}),
        ("material.issued", {"quantity": "1e999999"}),
        ("note.added", {"text": "x" * 3000}),
    ]
    kind, body = eyes.rng.choice(senseless)
    return Wish(kind, on, body)


def open_crate(eyes: Eyes) -> Wish:
    body = {"hall": eyes.rng.choice(["floor", "field"])}
    return Wish("crate.opened", f"crate/{eyes.site}:C{eyes.rng.randint(1, 5)}", body)


def move_crate(eyes: Eyes) -> Wish | None:
    crate = eyes.some("crate")
    body = {"hall": eyes.rng.choice(["floor", "field"])}
    return eyes.wish("crate.moved", crate, body) if crate else None


def mark_crate(eyes: Eyes) -> Wish | None:
    """The older app knows the first version of this kind only, and not all of the others."""
    crate = eyes.some("crate")
    if crate is None:
        return None
    if eyes.app == "old":
        return eyes.wish("crate.marked", crate, {"word": "seen"})
    kind = eyes.rng.choice(["crate.marked", "crate.weighed", "crate.dropped"])
    if kind != "crate.marked":
        return eyes.wish(kind, crate, {})
    colour = eyes.rng.choice(["red", "black"])
    return replace(eyes.wish(kind, crate, {"text": "seen", "colour": colour}), v=2)


Chooser = Callable[[Eyes], Wish | None]
CRATES: tuple[Chooser, ...] = (open_crate, move_crate, mark_crate, mark_crate)
STORE: tuple[Chooser, ...] = (
    *(receive, issue, issue, bring_back, put_away, count, hold, note, ask),
    *(print_labels, print_as_before, print_other_labels, end_label),
    *CRATES,
)
FLOOR: tuple[Chooser, ...] = (
    *(issue, put_away, make, record, record, ask, ask_otherwise, close, hold),
    *CRATES,
)
INSPECTION: tuple[Chooser, ...] = (
    *(record, record, correct, hold, note, nonsense, start),
    *(print_labels, print_other_labels, end_label),
)
OFFICE: tuple[Chooser, ...] = (
    *(release, release, decide, resolve, resolve, scrap, start, correct, send, amend),
    *(close, cancel, move_crate),
)
FIELD: tuple[Chooser, ...] = (
    *(serve, serve, serve, amend, amend, cancel, issue, note, send),
    *CRATES,
)
