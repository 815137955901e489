"""The tables that reports read: lots, holdings, movements, steps, measurements, visits, approvals.

They are written in the entry's transaction by `server.records.project` and never read by the
application's pages. Quantities are exact; times are ISO 8601 text as the device told them.
"""

from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Dialect, Numeric, Text
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Field, SQLModel

from server.domain.values import canonical


class Exact(TypeDecorator[Decimal]):
    """A decimal: NUMERIC on PostgreSQL, text on SQLite, which has no exact number."""

    impl = Numeric(18, 6)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text where the database would make a float of it."""
        own = Text() if dialect.name == "sqlite" else Numeric(18, 6)
        return dialect.type_descriptor(own)

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """To the database."""
        return canonical(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, _dialect: Dialect) -> Decimal | None:
        """From the database."""
        return None if value is None else Decimal(value)


class LotRecord(SQLModel, table=True):
    """A lot as it stands."""

    __tablename__ = "records_lots"

    lot: str = Field(primary_key=True)
    site: str = Field(index=True)
    item_code: str = Field(index=True)
    code: str
    status: str = Field(index=True)
    quantity: Decimal = Field(sa_column=Column(Exact, nullable=False))
    on_hand: Decimal = Field(sa_column=Column(Exact, nullable=False))
    unit: str
    supplier: str | None
    supplier_lot: str | None
    received_on: str | None
    produced_on: str | None
    expires_on: str | None


class HoldingRecord(SQLModel, table=True):
    """What lies of a lot at one location."""

    __tablename__ = "records_holdings"

    lot: str = Field(primary_key=True)
    location: str = Field(primary_key=True)
    quantity: Decimal = Field(sa_column=Column(Exact, nullable=False))


class MovementRecord(SQLModel, table=True):
    """One movement of a lot by one entry."""

    __tablename__ = "records_movements"

    entry: str = Field(primary_key=True)
    lot: str = Field(primary_key=True)
    site: str = Field(index=True)
    kind: str
    quantity: Decimal = Field(sa_column=Column(Exact, nullable=False))
    source: str
    target: str
    person: str
    at: str
    requisition: str | None
    run: str | None


class StepRecord(SQLModel, table=True):
    """One recording of a step, with its verdict; `corrects` names the entry it replaces."""

    __tablename__ = "records_steps"

    entry: str = Field(primary_key=True)
    site: str = Field(index=True)
    run: str = Field(index=True)
    procedure: str
    revision: int
    step: str
    step_check: str
    verdict: str
    person: str
    at: str
    corrects: str | None


class MeasurementRecord(SQLModel, table=True):
    """One measured value beside its limits."""

    __tablename__ = "records_measurements"

    entry: str = Field(primary_key=True)
    characteristic: str = Field(primary_key=True)
    site: str = Field(index=True)
    run: str = Field(index=True)
    lot: str | None
    value: Decimal = Field(sa_column=Column(Exact, nullable=False))
    lower: Decimal | None = Field(sa_column=Column(Exact, nullable=True))
    upper: Decimal | None = Field(sa_column=Column(Exact, nullable=True))
    unit: str
    ok: bool
    at: str


class VisitRecord(SQLModel, table=True):
    """A visit as it stands."""

    __tablename__ = "records_visits"

    visit: str = Field(primary_key=True)
    site: str = Field(index=True)
    service: str
    customer: str
    technician: str
    state: str
    due_on: str | None
    started_at: str
    done_at: str | None


class ApprovalRecord(SQLModel, table=True):
    """An approval as it stands."""

    __tablename__ = "records_approvals"

    approval: str = Field(primary_key=True)
    site: str = Field(index=True)
    about: str
    state: str
    asked_by: str
    asked_at: str
    decided_by: str | None
    decided_at: str | None
    digest: str
