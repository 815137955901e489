"""Problem: every error a person or a device can meet, by a stable code.

The texts in both languages and the HTTP statuses are data (`server/locale/problems.yaml`); here
lives only the exception that carries a code and its parameters.
"""

from typing import Any


class Problem(Exception):
    """Something is wrong and can be told: `code` names it, `params` fill its text.

    `field` names the form field (dotted path into the body) that caused it, if one did.
    """

    def __init__(self, code: str, params: dict[str, Any] | None = None, *, field: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.params = params or {}
        self.field = field

    def __repr__(self) -> str:
        return f"Problem({self.code!r}, {self.params!r})"
