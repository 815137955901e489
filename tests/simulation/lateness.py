"""How late an entry of the journal came, reckoned anew and apart from the server's own way."""

import json
from datetime import datetime, timedelta

from sqlalchemy import RowMapping

HOUR = timedelta(hours=1)


def hours_late(row: RowMapping) -> float:
    """From when its device says that it was recorded, by the server's clock, to when it came."""
    told = json.loads(bytes(row["raw"]))
    recorded = datetime.fromisoformat(told["at"]) + timedelta(milliseconds=told["skew_ms"])
    return (datetime.fromisoformat(row["received_at"]) - recorded) / HOUR
