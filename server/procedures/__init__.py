"""The shipped procedures: definitions as YAML beside this file, read and validated here.

They are published like any other, by an entry `procedure.published`; nothing runs from here.
"""

from importlib.resources import files

from server.domain.procedure import ProcedurePublished
from server.procedures.definition import read


def shipped() -> list[ProcedurePublished]:
    """Every shipped procedure by code, each a valid body of `procedure.published`.

    Problems: as `definition.read`.
    """
    found = [read(text, f"{code}.yaml") for code, text in shipped_texts().items()]
    return sorted(found, key=lambda procedure: procedure.code)


def shipped_texts() -> dict[str, str]:
    """The files by code, comments and all: what a definition of one's own begins from."""
    found = [source for source in files(__name__).iterdir() if source.name.endswith(".yaml")]
    return {
        source.name.removesuffix(".yaml"): source.read_text("utf-8")
        for source in sorted(found, key=lambda source: source.name)
    }
