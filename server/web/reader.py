"""Reader: documents for pages, only those in the person's scopes."""

import json
from typing import Any

from sqlalchemy import Connection, select

from server.accounts.sessions import Session
from server.domain.model import DOCUMENTS
from server.domain.rights import scopes_of
from sync import documents
from sync.document import site_of
from sync.store import in_chunks, table_of
from sync.tables import DocumentRow


class ScopedReader:
    """`server.pages.answer.Reader` over the database, for one person; for nobody, nothing."""

    def __init__(self, connection: Connection, session: Session | None) -> None:
        self._connection = connection
        self._scopes = scopes_of(session.person) if session else frozenset()

    def get(self, key: str) -> dict[str, Any] | None:
        """The document, unless it is absent or out of scope (nobody learns which)."""
        found = self._load([key])
        return found[0] if found else None

    def find(self, terms: list[str]) -> list[dict[str, Any]]:
        """Documents with any of the terms, in key order."""
        return self._load(documents.find(self._connection, terms))

    def search(self, name: str, query: str) -> list[str]:
        """Keys of the documents of a type that are found by a text, the nearest first."""
        found = documents.search(self._connection, name, query)
        return [key for key in found if self.sees(key)]

    def load(self, keys: list[str]) -> list[dict[str, Any]]:
        """The documents under these keys, in their order."""
        found = {one["key"]: one for one in self._load(keys)}
        return [found[key] for key in keys if key in found]

    def sees(self, key: str) -> bool:
        """Whether what is under this key is in the person's scopes."""
        kind = DOCUMENTS.get(key.partition("/")[0])
        return kind is not None and f"{site_of(key)}.{kind.area}" in self._scopes

    def _load(self, keys: list[str]) -> list[dict[str, Any]]:
        table = table_of(DocumentRow)
        visible = {key for key in keys if self.sees(key)}
        found = []
        for chunk in in_chunks(visible):
            rows = self._connection.execute(
                select(table.c.body).where(table.c.key.in_(chunk)).order_by(table.c.key)
            )
            found += [json.loads(row.body) for row in rows]
        return found
