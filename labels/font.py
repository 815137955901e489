"""The two faces of a label, Noto Sans SC Regular and Bold: where they lie, how wide, what they
lack.

The files (SIL Open Font License) come from the npm package `@expo-google-fonts/noto-sans-sc` and
are copied to `labels/fonts/` at setup; they stand in no commit. A host without them beside this
module names their folder in `LABEL_FONTS`. Painting is the painters'.
"""

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal
from unicodedata import name

from fontTools.ttLib import TTFont

from labels.error import LabelError

Weight = Literal["regular", "bold"]

FOLDER = Path(os.environ.get("LABEL_FONTS") or Path(__file__).parent / "fonts")
FILES: dict[Weight, str] = {
    "regular": "NotoSansSC_400Regular.ttf",
    "bold": "NotoSansSC_700Bold.ttf",
}
# Of the size: from the baseline up to a Chinese character's top, and down to its foot.
ASCENT = 0.88
DESCENT = 0.12
# Where a line may be broken; it is never printed and no face has it.
BREAK_HERE = "\u200b"


@dataclass(frozen=True)
class Face:
    """One weight: the advance of every character it has, in units of which `em` make the size,
    and the number of its glyph in the font file."""

    weight: Weight
    em: int
    advances: dict[int, int]
    glyphs: dict[int, int]

    def width(self, text: str, size: float) -> float:
        """How wide `text` runs at `size`, in the unit of `size`, without kerning."""
        advances = self.advances
        return sum([advances[ord(character)] for character in text]) * size / self.em

    def require(self, text: str) -> None:
        """Raises LabelError `glyph_missing` that names the first character this face lacks."""
        for character in text:
            if ord(character) not in self.advances and character != BREAK_HERE:
                spoken = f"U+{ord(character):04X} {name(character, 'unnamed')}"
                raise LabelError(
                    "glyph_missing",
                    character,
                    message=f"the label font has no glyph for {character!r} ({spoken})",
                )


def path(weight: Weight) -> Path:
    """The font file. Raises LabelError `font_missing` where setup has not brought it."""
    file = FOLDER / FILES[weight]
    if not file.is_file():
        raise LabelError(
            "font_missing", file.name, message=f"{file.name} is missing: run `make setup`"
        )
    return file


@lru_cache
def face(weight: Weight) -> Face:
    """The face of a weight, read once."""
    with TTFont(path(weight), lazy=True) as font:
        metrics = font["hmtx"].metrics
        characters = font.getBestCmap()
        return Face(
            weight=weight,
            em=font["head"].unitsPerEm,
            advances={code: metrics[glyph][0] for code, glyph in characters.items()},
            glyphs={code: font.getGlyphID(glyph) for code, glyph in characters.items()},
        )
