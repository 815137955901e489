"""Python's cycle collector, set for this program.

A push makes and drops tens of thousands of objects that form no cycles; looking at all that is
alive after each 700 new ones cost a fifth of its time. `docs/adr/0011-what-made-it-fast.md`.
"""

import gc

NEW_OBJECTS = 50_000
YOUNG_ROUNDS, OLD_ROUNDS = 20, 50


def relax() -> None:
    """Look for cycles rarely, and never again among what is there already (code, model, routes)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, YOUNG_ROUNDS, OLD_ROUNDS)
