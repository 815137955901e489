"""Visits: runs of a service procedure at a customer's site (现场服务)."""

from typing import Literal

from server.domain.run import Part, Run
from server.domain.values import Fixed, Line, Text, Value

FIELD = frozenset({"technician", "supervisor"})  # who works on visits
VisitKind = Literal[
    "commissioning", "repair", "retrofit", "support", "training", "consulting", "return", "spares"
]


class Customer(Value):
    """Whom the visit serves and how to reach them."""

    name: Line
    address: Line
    contact: Line
    phone: Line


class Asset(Fixed):
    """The delivered product that is served, traced to its lot."""

    name: Line
    serial: Line
    lot_code: Line


class Visit(Run):
    """What the visit page shows: customer, asset, problem, steps, parts used."""

    type = "visit"
    area = "field"
    index = ("site", "state", "technician", "waits_for")
    searched = (
        "number",
        "customer.name",
        "customer.contact",
        "customer.address",
        "customer.phone",
        "asset.name",
        "asset.serial",
        "asset.lot_code",
        "problem",
    )

    service: VisitKind
    customer: Customer
    asset: Asset | None
    problem: Text
    technician: str
    technician_name: str
    parts: list[Part]
