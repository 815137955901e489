"""What the check asks of others: ZPL rendered in a Node process, codes read by zxing-cpp.

The browser's readers are `chromium_reader`'s.
"""

import json
import subprocess
from base64 import b64decode
from io import BytesIO
from pathlib import Path
from queue import Queue
from threading import Thread

import zxingcpp
from PIL import Image

PATIENCE_S = 300
SCRIPT = Path(__file__).with_name("printer.mjs")


class Printer:
    """The Node process that renders ZPL; one label after the other, in the order of asking."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["node", str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        # Taken at once: who waits to hand one over takes no further label from us.
        self._answers: Queue[str] = Queue()
        Thread(target=self._collect, daemon=True).start()

    def start(self, zpl: str, *, size_mm: tuple[float, float], dpi: int) -> None:
        """Begin to print a label; it takes a second, in which others can work."""
        dots_per_mm = {203: 8, 300: 12, 600: 24}[dpi]
        # The renderer counts dots in whole millimetres; a label's own is a little more than asked.
        width_mm, height_mm = (size * dpi / 25.4 / dots_per_mm + 1 for size in size_mm)
        question = {"width_mm": width_mm, "height_mm": height_mm, "dpmm": dots_per_mm}
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"zpl": zpl, **question}) + "\n")
        self._process.stdin.flush()

    def printed(self) -> Image.Image:
        """The first label that was begun and not yet taken."""
        answer: dict[str, str] = json.loads(self._answers.get(timeout=PATIENCE_S))
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return Image.open(BytesIO(b64decode(answer["png"]))).convert("L")

    def _collect(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._answers.put(line)

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(timeout=30)


def read(image: Image.Image) -> set[str]:
    """The texts that zxing-cpp finds."""
    found = zxingcpp.read_barcodes(image, text_mode=zxingcpp.TextMode.Plain)
    return {code.text for code in found}
