"""Lot labels for the tests of this room: one plain label, and every field replaceable."""

from typing import Any

from labels.code import lot_link
from labels.lot import LotLabel

BASE_URL = "https://traveler.example"


def lot_label(*, gtin: str | None = None, **changes: Any) -> LotLabel:
    """A passed lot of end caps with `changes`; its link follows from its lot and `gtin`."""
    fields: dict[str, Any] = {
        "lot_id": "SZ:M-1001:L2611-03",
        "item_code": "M-1001",
        "item_name_zh": "压铸铝合金端盖",
        "item_name_en": "Die-cast aluminium end cap",
        "lot_code": "L2611-03",
        "quantity": "1250",
        "unit": "pcs",
        "status": "passed",
        "produced_on": "2026-11-03",
        "expires_on": "2027-11-03",
    } | changes
    fields.setdefault(
        "link",
        lot_link(BASE_URL, fields["lot_id"], gtin=gtin, lot_code=fields["lot_code"]),
    )
    return LotLabel.model_validate(fields)
