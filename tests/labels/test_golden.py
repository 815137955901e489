"""What every layout looks like, against a small picture of it that a person has looked at.

After a change that is meant: `python -m tests.labels.test_golden`, look at the pictures, commit.
"""

from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from labels.draw import drawings
from labels.layout_file import shipped
from labels.raster import coloured
from tests.labels.samples import sample

FOLDER = Path(__file__).parent / "golden"
DPI = 203
SCALE = 2
# Letters come out a little otherwise with another FreeType; a word moved by a millimetre does not.
MEAN_MAX, CELL_MAX, CELL_PX = 1.5, 40, 12


def picture(name: str) -> Image.Image:
    image = coloured(drawings(sample(name), dpi=DPI)[0])
    size = (image.width // SCALE, image.height // SCALE)
    return image.resize(size, Image.Resampling.BOX)


@pytest.mark.parametrize("name", shipped())
def test_a_layout_looks_as_it_did(name: str) -> None:
    now = picture(name)
    golden = Image.open(FOLDER / f"{name}.png").convert("RGB")
    assert now.size == golden.size
    difference = ImageChops.difference(now, golden).convert("L")
    assert ImageStat.Stat(difference).mean[0] <= MEAN_MAX
    assert _worst(difference) <= CELL_MAX


def test_a_moved_word_is_seen() -> None:
    now = picture("lot")
    moved = now.copy()
    word = now.crop((20, 130, 150, 152))
    moved.paste((255, 255, 255), (20, 130, 150, 152))
    moved.paste(word, (20, 138))
    difference = ImageChops.difference(now, moved).convert("L")
    assert _worst(difference) > CELL_MAX


def _worst(difference: Image.Image) -> int:
    """The mean of the cell that differs most, in grey steps."""
    size = difference.width // CELL_PX, difference.height // CELL_PX
    return max(difference.resize(size, Image.Resampling.BOX).tobytes())


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for each in shipped():
        picture(each).quantize(64).save(FOLDER / f"{each}.png", optimize=True)
