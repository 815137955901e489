"""The chips above a list filter it by what its documents can be, and by all of it."""

import re
from pathlib import Path
from typing import get_args

import pytest

from server.domain import model
from server.pages.table import PAGES

TEMPLATES = Path(__file__).parents[3] / "server/templates"
CHIP = re.compile(r"_chip', (state|status): '(\w+)'")
SHOWN = {name: (TEMPLATES / f"{name}.liquid").read_text() for name in
         sorted({page["template"] for page in PAGES})}  # fmt: skip
FILTERED = [name for name, text in SHOWN.items() if CHIP.search(text)]


@pytest.mark.parametrize("name", FILTERED)
def test_a_list_is_filtered_by_every_state_of_its_documents_and_no_other(name: str):
    noun = name.partition("/")[0]
    offered = CHIP.findall(SHOWN[name])
    [field] = {field for field, _ in offered}
    one = model.DOCUMENTS[noun]
    states = get_args(one.model_fields[field].annotation)
    assert sorted(value for _, value in offered) == sorted(states)
