"""What a checker says when a promise was broken: which invariant, and what broke it."""


class Broken(AssertionError):
    """An invariant of `docs/protocol.md`, by its number there, does not hold."""

    def __init__(self, invariant: int, what: str) -> None:
        super().__init__(f"invariant {invariant}: {what}")
        self.invariant = invariant
        self.what = what


def must(holds: object, invariant: int, what: str) -> None:
    """Broken, unless it holds."""
    if not holds:
        raise Broken(invariant, what)
