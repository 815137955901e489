"""SQL tables of notices: who wants them where, and what was told already."""

from sqlmodel import Field, SQLModel


class SubscriptionRow(SQLModel, table=True):
    """One browser in which a person asked for notices; ends with the sign-in it was made under.

    Quiet hours are HH:MM at the plant, both empty for none; `held` counts what came in them.
    """

    __tablename__ = "push_subscriptions"

    id: str = Field(primary_key=True)
    login: str = Field(index=True)
    session: str = Field(index=True)
    endpoint: str
    p256dh: str
    auth: str
    lang: str
    quiet_from: str
    quiet_until: str
    held: int = 0
    made_at: str


class NoticeRow(SQLModel, table=True):
    """What people were told of (`Notice.key`): once, whichever process saw it first."""

    __tablename__ = "push_notices"

    key: str = Field(primary_key=True)
    told_at: str
