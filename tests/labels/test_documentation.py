"""docs/labels.md names every layout, field, element, option and code that there is."""

import re
from pathlib import Path
from typing import get_args

from labels import layout_file
from labels.layout import AnyElement, FieldRule, Layout
from labels.symbol import Kind

TEXT = (Path(__file__).parents[2] / "docs" / "labels.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"[\w.-]+", " ".join(re.findall(r"`([^`\n]+)`", TEXT))))
EXAMPLE = TEXT.partition("```yaml\n")[2].partition("```")[0]


def test_every_layout_is_described_with_all_its_fields() -> None:
    for name in layout_file.shipped():
        row = next(line for line in TEXT.splitlines() if line.startswith(f"| `{name}` |"))
        made = layout_file.layout(name)
        assert re.findall(r"`([a-z_]+)`", row.split(" | ")[3]) == list(made.fields)
        assert f"{made.width_mm:g} × {made.height_mm:g}" in row


def test_every_key_of_a_layout_is_described() -> None:
    elements = get_args(get_args(AnyElement)[0])
    models = [*elements, FieldRule, Layout]
    keys = {key for model in models for key in model.model_fields}
    example = set(re.findall(r"\w+", EXAMPLE))
    assert keys <= NAMED | example


def test_every_code_is_described() -> None:
    assert set(get_args(Kind)) <= NAMED


def test_the_layout_that_the_documentation_shows_is_sound(tmp_path: Path) -> None:
    (tmp_path / "bin.yaml").write_text(EXAMPLE, encoding="utf-8")
    assert layout_file.read(tmp_path / "bin.yaml").name == "bin"
