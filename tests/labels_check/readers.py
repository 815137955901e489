"""The two readers of the check: zxing-cpp here, zxing-wasm (the browser's) in a Node process."""

import json
import subprocess
from base64 import b64decode, b64encode
from io import BytesIO
from pathlib import Path
from typing import Any

import zxingcpp
from PIL import Image

ENGINE = Path(__file__).with_name("engine.mjs")


class Engine:
    """The Node process; one question at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["node", str(ENGINE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def _ask(self, **question: Any) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer

    def rendered(self, zpl: str, *, size_mm: tuple[float, float], dpi: int) -> Image.Image:
        """A ZPL label as its printer would print it."""
        dots_per_mm = {203: 8, 300: 12, 600: 24}[dpi]
        # The renderer counts dots in whole millimetres; a label's own is a little more than asked.
        width_mm, height_mm = (size * dpi / 25.4 / dots_per_mm + 1 for size in size_mm)
        answer = self._ask(zpl=zpl, width_mm=width_mm, height_mm=height_mm, dpmm=dots_per_mm)
        return Image.open(BytesIO(b64decode(answer["png"]))).convert("L")

    def read(self, image: Image.Image) -> set[str]:
        """The texts that the browser's reader finds."""
        out = BytesIO()
        image.save(out, "PNG", compress_level=1)
        answer = self._ask(png=b64encode(out.getvalue()).decode())
        return {code["text"] for code in answer["codes"]}

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(timeout=30)


def read(image: Image.Image) -> set[str]:
    """The texts that zxing-cpp finds."""
    found = zxingcpp.read_barcodes(image, text_mode=zxingcpp.TextMode.Plain)
    return {code.text for code in found}
