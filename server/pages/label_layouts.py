"""The layouts as pages are told of them, from the layouts themselves and the domain's rules."""

from typing import Any

from labels.layout_file import layout
from server.domain.label_thing import RULES


def label_layouts() -> list[dict[str, Any]]:
    """Name, titles, size in mm as text, what it is of, who may print it, and what is asked.

    `facts`: name, type (text, date, status) and whether it must be there; `serials`: whether it
    shows the serial of a unit; `sheet`: whether it is a whole page, of which there may be several.
    """
    return [
        {
            "name": name,
            "title": {"zh": made.zh, "en": made.en},
            "width_mm": f"{made.width_mm:g}",
            "height_mm": f"{made.height_mm:g}",
            "of": rule.of,
            "roles": sorted(rule.roles),
            "serials": rule.serials,
            "sheet": rule.of == "job",
            "facts": [
                {"name": fact, "type": kind, "needed": fact in rule.required}
                for fact, kind in rule.facts.items()
            ],
        }
        for name, rule in RULES.items()
        for made in [layout(name)]
    ]
