"""What a code stands, at the smallest size that its layout allows: blur, rotation, perspective, low
contrast, thermal streaks, damage and camera noise, four steps of each; decode rate per step.

A code is printed at 300 dpi with its smallest module and photographed with about four pixels to a
module, as a phone does that fills half of its picture with the label; the device's reader
(zxing-wasm with its thorough options) reads each picture once.
"""

import random
from collections.abc import Callable, Iterator
from math import ceil, radians, tan

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from labels import layout_file
from labels.draw import drawings
from labels.layout import CodeElement
from labels.marks import Code, Drawing
from labels.raster import bitmap
from tests.labels.samples import SAMPLES, sample
from tests.labels_check.chromium_reader import Chromium
from tests.labels_check.round_trip import alone

TRIES = 10
PIXELS_PER_MODULE = 4
DPI = 300
Harm = Callable[[Image.Image, float, random.Random], Image.Image]


def table(chromium: Chromium, number: int) -> int:
    """Prints the table; counts codes that fail at the first step of a harm.

    Of streaks half must be read: one through the middle of a finder pattern stops the reader,
    whatever the correction; a person moves the label a little and scans again.
    """
    print("\n## Degradation\n")
    print(f"decoded of {TRIES}, at the smallest module, step by step\n")
    heads = [f"{name} {'/'.join(f'{step:g}' for step in steps)} {unit}".strip()
             for name, (_, steps, unit) in HARMS.items()]  # fmt: skip
    print("| layout · code | module mm |", " | ".join(heads), "|")
    print("| --- | ---: |", " | ".join(["---:"] * len(heads)), "|")
    faults = 0
    for name, module_mm, photo, text in smallest():
        chance = random.Random(f"{number} {name}")
        rates = [
            [_decoded(chromium, photo, text, harm=harm, step=step, chance=chance) for step in steps]
            for harm, steps, _ in HARMS.values()
        ]
        cells = " | ".join("/".join(str(rate) for rate in row) for row in rates)
        print(f"| {name} | {module_mm:.2f} | {cells} |", flush=True)
        needed = [TRIES // 2 if harm is _streaks else TRIES for harm, _, _ in HARMS.values()]
        faults += sum(row[0] < need for row, need in zip(rates, needed, strict=True))
    return faults


def smallest() -> Iterator[tuple[str, float, Image.Image, str]]:
    """Every code of every layout's sample with the layout's smallest module, as photographed."""
    for name in layout_file.shipped():
        changes = [{}] if SAMPLES[name].get("gtin") is None else [{}, {"gtin": None}]
        seen: set[str] = set()
        for change in changes:
            marks = drawings(sample(name, **change), dpi=DPI)[0].marks
            on_label = {mark.symbol.kind: mark for mark in marks if isinstance(mark, Code)}
            for element in layout_file.layout(name).elements:
                if not isinstance(element, CodeElement) or element.code not in on_label:
                    continue
                if element.code in seen:
                    continue
                seen.add(element.code)
                made = on_label[element.code].symbol
                drawing = alone(made, DPI, element.module_mm[0])
                module_mm = _module(drawing) * 25.4 / DPI
                level = f" {made.level}" if made.level else ""
                yield f"{name} · {element.code}{level}", module_mm, _photo(drawing), made.text


def _module(drawing: Drawing) -> int:
    return next(mark.module for mark in drawing.marks if isinstance(mark, Code))


def _photo(drawing: Drawing) -> Image.Image:
    """The print in grey, brought to the camera's resolution, with paper around it."""
    image = bitmap(drawing).convert("L")
    scale = PIXELS_PER_MODULE / _module(drawing)
    size = (ceil(image.width * scale), ceil(image.height * scale))
    paper = Image.new("L", (size[0] + 80, size[1] + 80), 235)
    paper.paste(image.resize(size, Image.Resampling.BICUBIC).point(lambda v: 20 + v * 215 // 255),
                (40, 40))  # fmt: skip
    return paper


def _decoded(
    chromium: Chromium,
    photo: Image.Image,
    text: str,
    *,
    harm: Harm,
    step: float,
    chance: random.Random,
) -> int:
    found = 0
    for _ in range(TRIES):
        # No camera is without noise and a little unsharp.
        seen = _noise(harm(photo, step, chance).filter(ImageFilter.GaussianBlur(0.6)), 4, chance)
        found += chromium.read(seen).page == text
    return found


def _blur(image: Image.Image, step: float, chance: random.Random) -> Image.Image:
    """Radius in modules."""
    return image.filter(ImageFilter.GaussianBlur(step * PIXELS_PER_MODULE))


def _rotation(image: Image.Image, step: float, chance: random.Random) -> Image.Image:
    turn = step * chance.choice([1, -1]) + chance.uniform(-1, 1)
    return image.rotate(turn, Image.Resampling.BICUBIC, expand=True, fillcolor=235)


def _perspective(image: Image.Image, step: float, chance: random.Random) -> Image.Image:
    """Held at an angle: one side comes out shorter by what a camera at twice the label's width
    sees of it."""
    width, height = image.size
    shrink = height * tan(radians(step)) / 8
    left, right = (shrink, 0.0) if chance.random() < 0.5 else (0.0, shrink)
    corners = [(0, -left), (0, height + left), (width, height + right), (width, -right)]
    quad = tuple(part for corner in corners for part in corner)
    return image.transform(
        image.size, Image.Transform.QUAD, quad, Image.Resampling.BICUBIC, fillcolor=235
    )


def _contrast(image: Image.Image, step: float, chance: random.Random) -> Image.Image:
    """Percent of the contrast that is left."""
    return image.point(lambda grey: round(150 + (grey - 128) * step / 100))


def _streaks(image: Image.Image, step: float, chance: random.Random) -> Image.Image:
    """Dots of the print head that do not burn: white lines along the feed, a quarter of a module
    wide, which is a dot of 203 dpi or more."""
    harmed = image.copy()
    brush = ImageDraw.Draw(harmed)
    for _ in range(int(step)):
        y = chance.randrange(44, image.height - 44)
        brush.rectangle((0, y, image.width, y + PIXELS_PER_MODULE // 4 - 1), fill=235)
    return harmed


def _damage(image: Image.Image, step: float, chance: random.Random) -> Image.Image:
    """A spot of dirt or a scratch that covers so many percent of the code: a square inside of it,
    of bars a strip across their whole length."""
    harmed = image.copy()
    width, height = image.width - 80, image.height - 80
    if width > 2.5 * height:
        high = round(height * step / 100)
        y = chance.randrange(40, image.height - 40 - high)
        area = (0, y, image.width, y + high)
    else:
        side = round((width * height * step / 100) ** 0.5)
        # Not on the finder patterns, which no correction covers: right of and below the middle.
        x = chance.randrange(40 + width // 2, max(41 + width // 2, 36 + width - side))
        y = chance.randrange(40 + height // 2, max(41 + height // 2, 36 + height - side))
        area = (x, y, x + side, y + side)
    ImageDraw.Draw(harmed).rectangle(area, fill=chance.choice([30, 225]))
    return harmed


def _noise(image: Image.Image, step: float, chance: random.Random) -> Image.Image:
    """Noise of a dark hall: standard deviation in grey steps of 255."""
    grain = Image.frombytes("L", image.size, chance.randbytes(image.width * image.height))
    # Uniform noise of this range has that deviation.
    spread = step * 3.46 / 255
    return ImageChops.add(
        image, grain.point(lambda value: round(value * spread)), 1, -round(step * 1.73)
    )


HARMS: dict[str, tuple[Harm, tuple[float, ...], str]] = {
    "blur": (_blur, (0.2, 0.4, 0.6, 0.8), "modules"),
    "rotation": (_rotation, (3, 10, 25, 45), "°"),
    "perspective": (_perspective, (10, 20, 30, 45), "°"),
    "contrast left": (_contrast, (60, 40, 25, 12), "%"),
    "streaks": (_streaks, (1, 2, 4, 6), ""),
    "damage": (_damage, (3, 7, 12, 20), "%"),
    "noise": (_noise, (10, 25, 45, 70), "of 255"),
}
