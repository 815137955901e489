"""What a plant would write instead: the same labels with blabel, and in a plain loop of reportlab
and qrcode. Runs in an environment of its own; prints one JSON object.

    python rivals.py FONT_FOLDER LABELS   →   {"blabel": processor seconds per label, "loop": …}
"""

import json
import sys
import tempfile
import time
from io import BytesIO
from pathlib import Path

import qrcode
from blabel import LabelWriter
from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

WIDTH_MM, HEIGHT_MM = 99.1, 67.7
TEMPLATE = """
<div class="lot">{{ lot_code }}</div><div class="zh">{{ item_name_zh }}</div>
<div>{{ item_name_en }}</div>
<p>料号 Item <b>{{ item_code }}</b> 数量 Quantity <b>{{ quantity }} {{ unit }}</b></p>
<p>生产日期 Produced <b>{{ produced_on }}</b> 有效期至 Expires <b>{{ expires_on }}</b></p>
<p>{{ status }}</p>
<img class="qr" src="{{ label_tools.qr_code(link) }}"/>
<img class="bars" src="{{ label_tools.barcode(lot_id, barcode_class='code128') }}"/>
<div>{{ lot_id }}</div>
"""
STYLE = """
@font-face {{ font-family: noto; src: url(file://{regular}) }}
@page {{ width: 99.1mm; height: 67.7mm; padding: 3mm }}
body {{ font-family: noto; font-size: 8pt }}
.lot {{ font-size: 25pt }} .zh {{ font-size: 13pt }}
.qr {{ position: absolute; right: 3mm; top: 3mm; width: 25mm }}
.bars {{ width: 89mm; height: 11mm }}
"""


def records(count: int) -> list[dict[str, str]]:
    """The content of the speed table, see tests/labels_check/speed.py."""
    return [
        {
            "lot_id": f"SZ:M-1001:L2611-{number:04}",
            "lot_code": f"L2611-{number:04}",
            "link": f"https://traveler.example/lots/SZ%3AM-1001%3AL2611-{number:04}",
            "item_code": "M-1001",
            "item_name_zh": "压铸铝合金端盖",
            "item_name_en": "Die-cast aluminium end cap",
            "quantity": "1250",
            "unit": "pcs",
            "status": "合格 Passed",
            "produced_on": "2026-11-03",
            "expires_on": "2027-11-03",
        }
        for number in range(count)
    ]


def with_blabel(fonts: Path, rows: list[dict[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        template, style = Path(folder) / "label.html", Path(folder) / "style.css"
        template.write_text(TEMPLATE, encoding="utf-8")
        style.write_text(STYLE.format(regular=fonts / "NotoSansSC_400Regular.ttf"))
        writer = LabelWriter(str(template), default_stylesheets=(str(style),))
        writer.write_labels(rows, target=str(Path(folder) / "labels.pdf"))


def with_loop(fonts: Path, rows: list[dict[str, str]]) -> None:
    pdfmetrics.registerFont(TTFont("noto", str(fonts / "NotoSansSC_400Regular.ttf")))
    canvas = Canvas(BytesIO(), pagesize=(WIDTH_MM * mm, HEIGHT_MM * mm))
    for row in rows:
        lines = [
            (25, row["lot_code"]),
            (13, row["item_name_zh"]),
            (10, row["item_name_en"]),
            (9, f"料号 Item {row['item_code']}  数量 Quantity {row['quantity']} {row['unit']}"),
            (9, f"生产日期 Produced {row['produced_on']}  有效期至 Expires {row['expires_on']}"),
            (12, row["status"]),
        ]
        y = HEIGHT_MM * mm - 28
        for size, line in lines:
            canvas.setFont("noto", size)
            canvas.drawString(5 * mm, y, line)
            y -= size + 4
        image = BytesIO()
        qrcode.make(row["link"], border=0).save(image)
        canvas.drawImage(ImageReader(image), 69 * mm, 37 * mm, 25 * mm, 25 * mm)
        bars = Code128(row["lot_id"], barWidth=0.25 * mm, barHeight=11 * mm)
        bars.drawOn(canvas, 0, 9 * mm)
        canvas.setFont("noto", 9)
        canvas.drawString(5 * mm, 5 * mm, row["lot_id"])
        canvas.showPage()
    canvas.save()


def main() -> None:
    fonts, count = Path(sys.argv[1]), int(sys.argv[2])
    seconds = {}
    for name, made, times in (("blabel", with_blabel, 1), ("loop", with_loop, 4)):
        rows = records(count * times)
        made(fonts, rows[:2])  # imports and fonts are not what is measured
        began = time.process_time()
        made(fonts, rows)
        seconds[name] = (time.process_time() - began) / len(rows)
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
