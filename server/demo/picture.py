"""A signature drawn from a name, the same each time, so that the demo needs no image files."""

import hashlib
import io
import math

from PIL import Image, ImageDraw

WIDTH_PX, HEIGHT_PX = 480, 160
STROKES = 4
POINTS = 40


def signature(name: str) -> bytes:
    """A PNG with a pen's scribble whose turns come from the name."""
    seed = hashlib.sha256(name.encode()).digest()
    image = Image.new("L", (WIDTH_PX, HEIGHT_PX), 255)
    pen = ImageDraw.Draw(image)
    for stroke in range(STROKES):
        turn, height, lean = seed[3 * stroke : 3 * stroke + 3]
        left = 40 + stroke * (WIDTH_PX - 80) / STROKES
        points = []
        for step in range(POINTS):
            t = step / POINTS * math.tau
            x = left + 14 * t + 18 * math.sin(t * (1 + turn % 3))
            y = HEIGHT_PX / 2 + (20 + height % 35) * math.cos(t * 1.5 + lean)
            points.append((x, y))
        pen.line(points, fill=30, width=4, joint="curve")
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()
