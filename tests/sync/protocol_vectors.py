"""The protocol by example, for whoever writes a client: bytes, hashes, signatures, links, verdicts.

Written by `python -m tests.sync.protocol_vectors` into tests/vectors/protocol.json; checked against
the server in test_protocol.py and against the device's own code in tests/pwa/protocol.test.js.
"""

import json
from pathlib import Path
from typing import Any

from sync.entry import FIRST_PREV, digest_of
from sync.journal import FIRST_LINK, LINKED, id_of_bytes, link_of
from sync.signature import SigningKey

FILE = Path(__file__).parent.parent / "vectors" / "protocol.json"
SECRET = 7
DEVICE = "dev-0123456789abcdef01234567"
LOT = "lot/SZ:M-1:L1"
IDS = [f"019aa94e-6d10-7000-8000-00000000000{n}" for n in (1, 2, 3)]
TEXTS = ["Scratch on the flange", "法兰有划痕 ✔", "“2 < 3”\n\t\\"]
ROW = {
    "pos": 1,
    "site": "SZ",
    "n": 1,
    "entry_id": IDS[0],
    "device": DEVICE,
    "seq": 1,
    "kind": "note.added",
    "on_key": LOT,
    "actor": "wang.fang",
    "standing": None,
    "received_at": "2026-11-22T02:00:00.000Z",
    "status": "applied",
    "code": None,
    "params": "{}",
    "case_key": None,
    "effects": '[{"scope": "SZ.floor", "version": 8}]',
}


def vectors() -> dict[str, Any]:
    """All examples, the same each time."""
    key = SigningKey.from_number(SECRET)
    entries, last = [], FIRST_PREV
    for seq, (text, after) in enumerate(zip(TEXTS, [None, *IDS], strict=False), start=1):
        raw = _entry(seq, last, text, after)
        last = digest_of(raw.encode())
        entries.append({"raw": raw, "sha256": last, "sig": key.sign(raw.encode())})
    first = entries[0]
    row = ROW | {"sig": first["sig"], "raw": first["raw"].encode()}
    return {
        "key": {"secret": f"{SECRET:064x}", "public": key.public},
        "entries": entries,
        "wrong": {
            "other bytes": {"raw": entries[0]["raw"] + " ", "sig": entries[0]["sig"]},
            "other key": {
                "raw": first["raw"],
                "sig": SigningKey.from_number(SECRET + 1).sign(first["raw"].encode()),
            },
            "DER": {"raw": first["raw"], "sig": "MEUCIQ"},
        },
        "unreadable": {"raw": "{", "id": id_of_bytes(digest_of(b"{"))},
        "link": {"before": FIRST_LINK, "row": [row[name] for name in LINKED], "of": "entry 1",
                 "columns": list(LINKED), "link": link_of(FIRST_LINK, row)},
    }  # fmt: skip


def _entry(seq: int, prev: str, text: str, after: str | None) -> str:
    told = {
        "id": IDS[seq - 1],
        "device": DEVICE,
        "seq": seq,
        "prev": prev,
        "kind": "note.added",
        "v": 1,
        "actor": "wang.fang",
        "session": "0123456789abcdef0123456789abcdef.AAAAAAAAAAAAAAAAAAAAAAAA",
        "on": LOT,
        "base": None,
        "after": after,
        "at": "2026-11-22T09:41:07.120+08:00",
        "skew_ms": -340,
        "app": "example",
        "body": {"text": text},
        "blobs": [],
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def main() -> None:
    """Write the file anew."""
    text = json.dumps(vectors(), ensure_ascii=False, indent=1)
    FILE.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
