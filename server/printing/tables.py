"""SQL table of the queue: what has to go to a printer, and whose turn it is.

What is to be printed stands in the documents (`server.domain.label`); a row is how far a print got,
and may be lost without losing one.
"""

from sqlmodel import Field, SQLModel


class PrintJobRow(SQLModel, table=True):
    """One round of a print of one lot on its way to its printer.

    `state`: waiting, taken (somebody is about to send it), sending (bytes may have gone out), sent,
    failed, perhaps. Whoever took it holds it until `leased_until`; then another may. `told` is the
    state that was last said in an entry. Moments are UTC.
    """

    __tablename__ = "print_jobs"

    id: str = Field(primary_key=True)
    labels: str
    code: str
    round: int
    printer: str = Field(index=True)
    state: str
    why: str
    attempts: int
    first_at: str
    due_at: str
    leased_by: str
    leased_until: str
    told: str
    made_at: str
