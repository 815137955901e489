"""Jobs: runs of a procedure on a lot; the timeline is the quality tracking card (质量跟踪卡)."""

from server.domain.run import Run
from server.domain.values import Name, Quantity


class Job(Run):
    """The traveler card of one lot."""

    type = "job"
    area = "floor"
    index = ("site", "state", "lot", "order", "waits_for")
    searched = ("number", "lot_code", "item_code", "item_name.zh", "item_name.en", "order_number")

    lot: str
    lot_code: str
    item: str
    item_code: str
    item_name: Name
    quantity: Quantity
    unit: str
    order: str | None
    order_number: str | None
