"""The inspection status as a label shows it: a word in both languages and a sign that needs no
colour.

ISO 9001 §8.6 and §8.7 ask that goods not released, not conforming, or released before verification
can be told apart where they lie; a thermal printer has only black. Each sign differs from the
others in outline and in weight, so that it survives a bad print and a glance from two metres.
"""

from typing import Literal

from labels.marks import Point, Polygon, box, disc, ngon, stroke

Status = Literal["to_inspect", "passed", "failed", "on_hold", "scrapped", "emergency"]

WORDS: dict[Status, tuple[str, str]] = {
    "to_inspect": ("待检", "To inspect"),
    "passed": ("合格", "Passed"),
    "failed": ("不合格", "Failed"),
    "on_hold": ("待处理", "On hold"),
    "scrapped": ("报废", "Scrapped"),
    "emergency": ("紧急放行", "Emergency release"),
}


def sign(status: Status, *, x: float, y: float, side: float) -> list[Polygon]:
    """The sign of a status in the square of `side` dots whose top left corner is (x, y)."""
    drawn = _SIGNS[status]()
    return [
        Polygon(tuple((x + side * a, y + side * b) for a, b in shape.points), shape.white)
        for shape in drawn
    ]


def _magnifier() -> list[Polygon]:
    """To inspect: a magnifying glass."""
    return [
        *stroke([(0.62, 0.62), (0.91, 0.91)], width=0.17),
        disc(0.4, 0.4, radius=0.4),
        disc(0.4, 0.4, radius=0.29, white=True),
    ]


def _tick() -> list[Polygon]:
    """Passed: a white tick in a black disc."""
    tick = stroke([(0.26, 0.53), (0.44, 0.7), (0.75, 0.33)], width=0.12, white=True)
    return [disc(0.5, 0.5, radius=0.5), *tick]


def _cross() -> list[Polygon]:
    """Failed: a white cross in a black octagon."""
    return [
        ngon(0.5, 0.5, radius=0.54, corners=8),
        *stroke([(0.32, 0.32), (0.68, 0.68)], width=0.13, white=True),
        *stroke([(0.68, 0.32), (0.32, 0.68)], width=0.13, white=True),
    ]


def _bars() -> list[Polygon]:
    """On hold: two bars in a ring."""
    return [
        disc(0.5, 0.5, radius=0.5),
        disc(0.5, 0.5, radius=0.42, white=True),
        box(0.33, 0.27, width=0.12, height=0.46),
        box(0.55, 0.27, width=0.12, height=0.46),
    ]


def _struck_out() -> list[Polygon]:
    """Scrapped: a square struck out from corner to corner."""
    return [
        box(0, 0, width=1, height=1),
        box(0.07, 0.07, width=0.86, height=0.86, white=True),
        *stroke([(0.06, 0.06), (0.94, 0.94)], width=0.08),
        *stroke([(0.94, 0.06), (0.06, 0.94)], width=0.08),
    ]


def _warning() -> list[Polygon]:
    """Emergency release: a white exclamation mark in a black triangle."""
    return [
        Polygon(((0.5, 0.04), (1.0, 0.94), (0.0, 0.94))),
        Polygon(((0.44, 0.36), (0.56, 0.36), (0.535, 0.67), (0.465, 0.67)), white=True),
        disc(0.5, 0.79, radius=0.06, white=True),
    ]


_SIGNS = {
    "to_inspect": _magnifier,
    "passed": _tick,
    "failed": _cross,
    "on_hold": _bars,
    "scrapped": _struck_out,
    "emergency": _warning,
}


def hatched_frame(
    width: float, height: float, *, inset: float, band: float, pitch: float
) -> list[Polygon]:
    """Slanting stripes all around a label of `width` × `height`: it is released before it was
    verified.

    The stripes fill a band that starts `inset` from the edge; a stripe and a gap make a `pitch`.
    """
    outer = box(inset, inset, width=width - 2 * inset, height=height - 2 * inset)
    hole = inset + band
    starts = range(int((width + height) / pitch) + 1)
    stripes = [_stripe(outer, number * pitch, end=(number + 0.5) * pitch) for number in starts]
    return [
        *(stripe for stripe in stripes if stripe.points),
        box(hole, hole, width=width - 2 * hole, height=height - 2 * hole, white=True),
    ]


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
