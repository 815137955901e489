"""Search texts by example: what parts become, and which queries find them how near.

Written by `python -m tests.sync.search_vectors` into tests/vectors/search.json; checked against
the server in test_search.py and against the device in tests/pwa/search.test.js.
"""

import json
from pathlib import Path
from typing import Any

from sync.search import rank, readings, search_text, words_of

FILE = Path(__file__).parent.parent / "vectors" / "search.json"
PARTS = {
    "a lot": ["L2611-03", "M-1001", "阀体毛坯", "Valve body blank", "GL-0922"],
    "a customer": ["V2611-004", "重庆长安汽车有限公司", "王 芳", "重庆市江北区", "023-6775 1234"],
    "full width": ["ＡＢ－１２", "Ｏ型密封圈　Φ８", "ﬁne"],
    "case and sharp s": ["İstanbul", "Straße", "ΣΟΦΟΣ", "ÉCLAIR"],
    "blanks and controls": [" a \u00a0\u3000b\t\n", "\u0000\u0085x\ufeffy", "", "   "],
    "the same twice": ["M-1001", "m-1001", "M1001"],
    "beyond the table": ["𠮷野家", "㐀", "🙂 8", "〇"],
    "one long part": ["阀" * 200],
    "many long parts": [f"{n} " + "重庆长安银行" * 12 for n in range(9)],
    "many readings": ["重长行乐单朝曾解校调率系传奇省石"],
    "nothing": [],
}
QUERIES = [
    "L2611-03",
    "l261103",
    "l2611",
    "gl-0922 valve",
    "ftmp",
    "FTMP",
    "zqca",
    "cqca",
    "cqcaqc",
    "阀体 毛坯",
    "ab-12",
    "oxmfq",
    "strasse",
    "straße",
    "m1001",
    "100%",
    "_",
    "%",
    "  ",
    "",
    "zzz",
    "x" * 200,
]


def vectors() -> dict[str, Any]:
    """Texts by name, and for each query what it finds: the name and how near."""
    texts = {name: search_text(tuple(parts)) for name, parts in PARTS.items()}
    return {
        "texts": [{"name": n, "parts": PARTS[n], "text": text} for n, text in texts.items()],
        "readings": {text: readings(text) for text in ("重庆银行", "广州轴承", "m8 螺栓", "行行")},
        "queries": [{"query": query, "found": _found(query, texts)} for query in QUERIES],
    }


def _found(query: str, texts: dict[str, str]) -> dict[str, int]:
    words = words_of(query)
    return {
        name: rank(text, query)
        for name, text in texts.items()
        if words and all(word in text for word in words)
    }


def text() -> str:
    """The file's text."""
    return json.dumps(vectors(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
