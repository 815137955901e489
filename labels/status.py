"""The inspection status as a label shows it: a word in both languages, a sign that needs no colour,
and a colour where there is one.

ISO 9001 §8.6 and §8.7 ask that goods not released, not conforming, or released before verification
can be told apart where they lie; a thermal printer has only black. Each sign differs from the
others in outline and in weight, so that it survives a bad print and a glance from two metres.
"""

from typing import Literal

from labels.marks import BLACK, WHITE, Ink, Point, Polygon, box, disc, ngon, stroke
from labels.text import Area

Status = Literal["to_inspect", "passed", "failed", "on_hold", "scrapped", "emergency"]

WORDS: dict[Status, tuple[str, str]] = {
    "to_inspect": ("待检", "To inspect"),
    "passed": ("合格", "Passed"),
    "failed": ("不合格", "Failed"),
    "on_hold": ("待处理", "On hold"),
    "scrapped": ("报废", "Scrapped"),
    "emergency": ("紧急放行", "Emergency release"),
}


# The panel behind a status, and what stands on it. On one colour the panel stays white and the rest
# is black. Between the two there is a contrast of 4.5 : 1 or more (WCAG 2.2, 1.4.3).
_ON_DARK = Ink(255, 255, 255, black=True)
INKS: dict[Status, tuple[Ink, Ink]] = {
    "to_inspect": (Ink(255, 214, 64, black=False), BLACK),
    "passed": (Ink(14, 122, 56, black=False), _ON_DARK),
    "failed": (Ink(196, 18, 42, black=False), _ON_DARK),
    "on_hold": (Ink(26, 92, 188, black=False), _ON_DARK),
    "scrapped": (Ink(40, 40, 40, black=False), _ON_DARK),
    "emergency": (Ink(255, 140, 26, black=False), BLACK),
}


def of(text: str) -> Status | None:
    """The status of that name, None for another text."""
    return next((status for status in WORDS if status == text), None)


def sign(status: Status, *, x: float, y: float, side: float) -> list[Polygon]:
    """The sign of a status in the square of `side` dots whose top left corner is (x, y)."""
    panel, ink = INKS[status]
    return [
        Polygon(
            tuple((x + side * a, y + side * b) for a, b in shape.points),
            ink if shape.ink.black else panel,
        )
        for shape in _SIGNS[status]()
    ]


def _magnifier() -> list[Polygon]:
    """To inspect: a magnifying glass."""
    return [
        *stroke([(0.62, 0.62), (0.91, 0.91)], width=0.17),
        disc(0.4, 0.4, radius=0.4),
        disc(0.4, 0.4, radius=0.29, ink=WHITE),
    ]


def _tick() -> list[Polygon]:
    """Passed: a white tick in a black disc."""
    tick = stroke([(0.26, 0.53), (0.44, 0.7), (0.75, 0.33)], width=0.12, ink=WHITE)
    return [disc(0.5, 0.5, radius=0.5), *tick]


def _cross() -> list[Polygon]:
    """Failed: a white cross in a black octagon."""
    return [
        ngon(0.5, 0.5, radius=0.54, corners=8),
        *stroke([(0.32, 0.32), (0.68, 0.68)], width=0.13, ink=WHITE),
        *stroke([(0.68, 0.32), (0.32, 0.68)], width=0.13, ink=WHITE),
    ]


def _bars() -> list[Polygon]:
    """On hold: two bars in a ring."""
    return [
        disc(0.5, 0.5, radius=0.5),
        disc(0.5, 0.5, radius=0.42, ink=WHITE),
        box(0.33, 0.27, width=0.12, height=0.46),
        box(0.55, 0.27, width=0.12, height=0.46),
    ]


def _struck_out() -> list[Polygon]:
    """Scrapped: a square struck out from corner to corner."""
    return [
        box(0, 0, width=1, height=1),
        box(0.07, 0.07, width=0.86, height=0.86, ink=WHITE),
        *stroke([(0.06, 0.06), (0.94, 0.94)], width=0.08),
        *stroke([(0.94, 0.06), (0.06, 0.94)], width=0.08),
    ]


def _warning() -> list[Polygon]:
    """Emergency release: a white exclamation mark in a black triangle."""
    return [
        Polygon(((0.5, 0.04), (1.0, 0.94), (0.0, 0.94))),
        Polygon(((0.44, 0.36), (0.56, 0.36), (0.535, 0.67), (0.465, 0.67)), ink=WHITE),
        disc(0.5, 0.79, radius=0.06, ink=WHITE),
    ]


_SIGNS = {
    "to_inspect": _magnifier,
    "passed": _tick,
    "failed": _cross,
    "on_hold": _bars,
    "scrapped": _struck_out,
    "emergency": _warning,
}


def hatched_frame(area: Area, *, band: float, pitch: float) -> list[Polygon]:
    """Slanting stripes along the inside of `area`, a band wide: it is released before it was
    verified. A stripe and a gap make a `pitch`.
    """
    stripes: list[Polygon] = []
    inner = area.height - 2 * band
    for side in (
        box(area.x, area.y, width=area.width, height=band),
        box(area.x, area.y + area.height - band, width=area.width, height=band),
        box(area.x, area.y + band, width=band, height=inner),
        box(area.x + area.width - band, area.y + band, width=band, height=inner),
    ):
        first = min(x + y for x, y in side.points)
        last = max(x + y for x, y in side.points)
        for number in range(int(first / pitch), int(last / pitch) + 1):
            stripes.append(_stripe(side, number * pitch, end=(number + 0.5) * pitch))
    return [stripe for stripe in stripes if stripe.points]


def _stripe(outer: Polygon, start: float, *, end: float) -> Polygon:
    """The part of `outer` where x + y lies between `start` and `end`."""
    after_start = _cut(outer.points, line=start, side=1)
    return Polygon(_cut(after_start, line=end, side=-1))


def _cut(points: tuple[Point, ...], *, line: float, side: int) -> tuple[Point, ...]:
    """The part of a convex shape on one side of the slanting line x + y = `line`."""
    kept: list[Point] = []
    for (x1, y1), (x2, y2) in zip(points, (*points[1:], *points[:1]), strict=True):
        before, after = side * (x1 + y1 - line), side * (x2 + y2 - line)
        if before >= 0:
            kept.append((x1, y1))
        if before * after < 0:
            share = before / (before - after)
            kept.append((x1 + share * (x2 - x1), y1 + share * (y2 - y1)))
    return tuple(kept)
