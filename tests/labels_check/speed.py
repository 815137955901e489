"""How many labels a second, next to what others make of the same content, and what memory it takes.

All figures of one table come from one run on one machine, single process; compare the ratios.
Seconds are those of the processor, which a busy machine does not change as it does the clock's.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from labels import font, layout_file, pdf
from labels.content import Label, label
from labels.draw import drawings
from labels.marks import Drawing
from labels.raster import png
from labels.sheet import sheet
from labels.zpl import zpl
from tests.labels.samples import BASE_URL, SAMPLES

RIVALS = Path(__file__).with_name("rivals.py")
THOUSAND, IMAGES, RIVAL_LABELS = 1000, 200, 40
RATIO_MIN, SECONDS_MAX, GROWTH_MAX_MB = 10, 5.0, 12


def labels(count: int) -> Iterator[Label]:
    made = layout_file.layout("lot")
    for number in range(count):
        code = f"L2611-{number:04}"
        given = {**SAMPLES["lot"], "lot_id": f"SZ:M-1001:{code}", "lot_code": code}
        yield label(made, given, base_url=BASE_URL)


def drawn(count: int, dpi: int) -> Iterator[Drawing]:
    for one in labels(count):
        yield from drawings(one, dpi=dpi)


def paper(count: int) -> None:
    with tempfile.TemporaryFile() as out:
        pdf.write(drawn(count, pdf.DPI), out, on=sheet(layout_file.layout("lot"), "label"))


def table(rivals: str | None) -> int:
    """Prints the table and returns how many goals are missed."""
    print("\n## Speed\n")
    paper(2)  # imports and fonts are not what is measured
    seconds = {
        "PNG, 203 dpi": _timed(lambda: [png(one) for one in drawn(IMAGES, 203)]) / IMAGES,
        "PNG, 300 dpi": _timed(lambda: [png(one) for one in drawn(IMAGES, 300)]) / IMAGES,
        "PDF": _timed(lambda: paper(THOUSAND)) / THOUSAND,
        "ZPL, 203 dpi": _timed(lambda: [zpl(one) for one in drawn(THOUSAND, 203)]) / THOUSAND,
    }
    others = _others(rivals) if rivals else {}
    print("| | labels/s | ms a label | times blabel |")
    print("| --- | ---: | ---: | ---: |")
    for name, each in {**seconds, **others}.items():
        ratio = f"{others['blabel'] / each:.1f}" if "blabel" in others else "–"
        print(f"| {name} | {1 / each:.0f} | {each * 1000:.2f} | {ratio} |", flush=True)
    return _missed(seconds, others)


def _missed(seconds: dict[str, float], others: dict[str, float]) -> int:
    each_s = seconds["PDF"]
    small_mb, large_mb = _memory_mb(THOUSAND), _memory_mb(5 * THOUSAND)
    print(f"\n1,000 labels as PDF: {each_s * THOUSAND:.2f} s of one processor")
    print(f"peak memory: {small_mb:.0f} MB for 1,000 labels, {large_mb:.0f} MB for 5,000")
    goals = [
        each_s * THOUSAND < SECONDS_MAX,
        large_mb - small_mb < GROWTH_MAX_MB,
        *(others["blabel"] / each >= RATIO_MIN for each in seconds.values() if others),
    ]
    return goals.count(False)


def _timed(work: object) -> float:
    assert callable(work)
    began = time.process_time()
    work()
    return time.process_time() - began


def _others(python: str) -> dict[str, float]:
    command = [python, str(RIVALS), str(font.FOLDER), str(RIVAL_LABELS)]
    run = subprocess.run(command, check=True, capture_output=True, text=True, timeout=540)
    found = json.loads(run.stdout.splitlines()[-1])
    return {"blabel": found["blabel"], "reportlab and qrcode, plain loop": found["loop"]}


def _memory_mb(count: int) -> float:
    """The peak of a process that writes so many labels.

    By its own account of its memory: getrusage's remembers that of the process which started it.
    """
    command = [sys.executable, "-m", "tests.labels_check.speed", str(count)]
    run = subprocess.run(command, check=True, capture_output=True, text=True, timeout=540)
    return float(run.stdout)


if __name__ == "__main__":
    paper(int(sys.argv[1]))
    status = Path("/proc/self/status").read_text()
    print(int(status.partition("VmHWM:")[2].split()[0]) / 1024)
