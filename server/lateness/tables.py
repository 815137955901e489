"""SQL table of lateness: what came late and no case tells of yet."""

from sqlmodel import Field, SQLModel


class LateRow(SQLModel, table=True):
    """An entry that came late, as its case will name it; gone once that case does."""

    __tablename__ = "late_entries"

    entry: str = Field(primary_key=True)
    site: str
    device: str
    kind: str
    on_key: str
    actor: str
    at: str
    recorded_at: str
