"""The shipped procedures: definitions as YAML beside this file, read and validated here.

They are published like any other, by an entry `procedure.published`; nothing runs from here.
"""

from importlib.resources import files

import yaml

from server.domain.procedure import ProcedurePublished


def shipped() -> list[ProcedurePublished]:
    """Every shipped procedure by code, each a valid body of `procedure.published`.

    Numbers are read as text, so that a limit of 25.021 stays exactly that.
    Raises pydantic's ValidationError where a file is no valid definition.
    """
    definitions = [
        yaml.load(source.read_text("utf-8"), yaml.BaseLoader)  # noqa: S506 - builds text only
        for source in files(__name__).iterdir()
        if source.name.endswith(".yaml")
    ]
    found = [ProcedurePublished.model_validate(one) for one in definitions]
    return sorted(found, key=lambda procedure: procedure.code)
