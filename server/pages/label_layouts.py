"""The layouts of a lot's labels as pages are told of them, from the layouts themselves."""

from typing import Any, get_args

from labels.layout_file import layout
from server.domain.label import SERIAL_LAYOUTS, Layout


def label_layouts() -> list[dict[str, Any]]:
    """Name, titles, size in mm as text, and whether it shows the serial of a unit."""
    return [
        {
            "name": name,
            "title": {"zh": made.zh, "en": made.en},
            "width_mm": f"{made.width_mm:g}",
            "height_mm": f"{made.height_mm:g}",
            "serials": name in SERIAL_LAYOUTS,
        }
        for name in get_args(Layout)
        for made in [layout(name)]
    ]
