"""The table of initials, made from pypinyin: `python -m tests.sync.initials_table` writes it.

A character's first letter is that of its usual reading. Another one counts where the phrases of
pypinyin use it: at least twice, and in one of fifty.
"""

import json
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from pypinyin.phrases_dict import phrases_dict
from pypinyin.pinyin_dict import pinyin_dict

FILE = Path(__file__).parents[2] / "sync" / "initials.json"
FIRST, LAST = 0x4E00, 0x9FA5
USED_MIN = 2
USED_SHARE_MIN = 0.02
LINE_LETTERS = 96


def table() -> dict[str, Any]:
    """`first` code point, a letter for each from there on ("-" for none), and `more` readings."""
    used = _used()
    letters, more = [], {}
    for point in range(FIRST, LAST + 1):
        char = chr(point)
        usual = _letter(pinyin_dict.get(point, "").split(",")[0])
        all_of = [usual] if usual else []
        total = sum(used[char].values())
        for letter, times in used[char].most_common():
            often = times >= USED_MIN and times / total >= USED_SHARE_MIN
            if letter and often and letter not in all_of:
                all_of.append(letter)
        letters.append(usual or "-")
        if len(all_of) > 1:
            more[char] = "".join(all_of)
    whole = "".join(letters)
    lines = [whole[at : at + LINE_LETTERS] for at in range(0, len(whole), LINE_LETTERS)]
    return {"first": FIRST, "letters": lines, "more": more}


def _used() -> dict[str, Counter[str]]:
    used: dict[str, Counter[str]] = defaultdict(Counter)
    for phrase, syllables in phrases_dict.items():
        if len(phrase) == len(syllables):
            for char, syllable in zip(phrase, syllables, strict=True):
                used[char][_letter(syllable[0])] += 1
    return used


def _letter(syllable: str) -> str:
    plain = unicodedata.normalize("NFD", syllable)
    return next((char.lower() for char in plain if char.isascii() and char.isalpha()), "")


def text() -> str:
    """The file's text."""
    return json.dumps(table(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
