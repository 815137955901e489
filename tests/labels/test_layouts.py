"""Layouts as files: what ships is sound, what is wrong is told with its place."""

from pathlib import Path

import pytest

from labels import layout_file
from labels.draw import drawings
from labels.error import LabelError
from labels.layout import CodeElement
from labels.raster import bitmap
from tests.labels import label_vectors
from tests.labels.samples import SAMPLES, sample

SOUND = """\
name: own
zh: 自用
en: Own
size: [50, 30]
fields:
  code: {zh: 编号, en: Code, required: true}
elements:
  - kind: text
    at: [2, 2]
    size: [20, 5]
    text: "{code}"
    points: [10, 6]
  - kind: code
    code: qr
    text: "{code}"
    at: [28, 5]
    size: [18, 18]
    module_mm: [0.35, 0.8]
"""


def faults(folder: Path, text: str) -> list[str]:
    file = folder / "own.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(LabelError) as caught:
        layout_file.read(file)
    assert caught.value.code == "layout_file"
    return str(caught.value).splitlines()


def test_every_shipped_layout_has_a_sample() -> None:
    assert layout_file.shipped() == sorted(SAMPLES)


@pytest.mark.parametrize("name", layout_file.shipped())
@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_every_shipped_layout_can_be_printed(name: str, dpi: int) -> None:
    made = layout_file.layout(name)
    assert made.name == name
    for drawing in drawings(sample(name), dpi=dpi):
        assert bitmap(drawing).convert("L").getextrema() == (0, 255)


def test_a_plant_has_layouts_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(SOUND, encoding="utf-8")
    assert layout_file.layout("own", tmp_path).en == "Own"
    assert layout_file.layout("lot", tmp_path) is not None


@pytest.mark.parametrize("name", ["nothing", "../own", ""])
def test_a_layout_that_is_not_there_is_told_with_those_that_are(name: str) -> None:
    with pytest.raises(LabelError, match="card-a4") as caught:
        layout_file.layout(name)
    assert caught.value.code == "layout_unknown"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("points: [10, 6]", "points: [6, 10]", "own.yaml:12: elements[0].points: the size comes"),
        ("size: [20, 5]", "size: [60, 5]", "own.yaml:10: elements[0].size: ends at 62 × 7 mm"),
        ('text: "{code}"\n    points', 'text: "{cod}"\n    points',
         "own.yaml:11: elements[0].text: there is no field 'cod'"),
        ("code: qr", "code: qrr", "own.yaml:14: elements[1].code: Input should be"),
        ("at: [28, 5]", "at: [24, 5]", "elements[1].at: the quiet zone of the code reaches into"),
        ("at: [28, 5]", "at: [31, 5]", "elements[1].at: the quiet zone of the code leaves"),
        ("kind: text", "kind: txt", "own.yaml:8: elements[0]: Input tag 'txt'"),
        ("required: true", "required: maybe", "own.yaml:6: fields.code.required: Input should"),
        ("    points: [10, 6]\n", "", "own.yaml:8: elements[0].points: Field required"),
        ("name: own", "name: own\ncolour: red", "own.yaml:2: colour: Extra inputs"),
        ("at: [2, 2]", "when: status\n    at: [2, 2]", "elements[0].when: there is no field"),
        ("module_mm: [0.35, 0.8]", "module_mm: [0.8, 0.35]", "elements[1].module_mm: the smallest"),
        ("code: qr", "code: gs1-128", "elements[1].code: gs1-128 needs gs1 and nothing else"),
        ("code: qr\n    text", "code: qr\n    when: cod e\n    text", "elements[1].when: a cond"),
        ("en: Own", "en: [Own", "own.yaml:4: "),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_line_and_path(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in SOUND
    found = faults(tmp_path, SOUND.replace(old, new))
    assert any(told in line for line in found), found


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    text = SOUND.replace("size: [20, 5]", "size: [60, 5]").replace("at: [28, 5]", "at: [31, 5]")
    assert len(faults(tmp_path, text)) >= 2


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"- 1", b"!!python/object:os.system {}"])
def test_a_file_that_is_no_layout_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "own.yaml").write_bytes(content)
    with pytest.raises(LabelError) as caught:
        layout_file.read(tmp_path / "own.yaml")
    assert caught.value.code == "layout_file"


def test_the_smallest_module_is_what_scanners_read() -> None:
    """X-dimensions below these are refused by GS1 for general use (General Specifications §5.12)
    and by what a phone reads at arm's length."""
    for name in layout_file.shipped():
        for element in layout_file.layout(name).elements:
            if isinstance(element, CodeElement):
                assert element.module_mm[0] >= (0.35 if element.code == "qr" else 0.165)


def test_the_vectors_that_the_device_is_held_to_are_those_of_this_room() -> None:
    """After a change of a layout or of drawing: `python -m tests.labels.label_vectors`."""
    assert label_vectors.FILE.read_text(encoding="utf-8") == label_vectors.text()
