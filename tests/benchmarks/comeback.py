"""A tablet comes back with a day's work on a slow link: the real device code against a real server
process, with a proxy between them that delays and throttles.
"""

import json
import subprocess
from pathlib import Path

from tests.benchmarks.link import slow_link
from tests.benchmarks.real_server import serving
from tests.benchmarks.table import Table, size
from tests.harness.scenery import plant_in

ENTRIES = 1_000
PHOTOS = 20
PHOTO_PX = 240  # of noise: about 170 KB, as a photo that the camera page has made smaller
BITS_PER_S = 1_000_000
DELAY_S = 0.2
LOGIN = "chen.jing"
TIME_MAX_S = 400


def comeback(table: Table, folder: Path) -> None:
    """How long until nothing waits on the tablet any more."""
    with plant_in(folder / "data", "sqlite") as settings, serving(settings) as server:
        port = int(server.url.rpartition(":")[2])
        with slow_link(port, bits_per_s=BITS_PER_S, delay_s=DELAY_S) as url:
            told = _came_back(url)
        peak_mib = server.peak_mib
    table.part(f"a tablet comes back on 1 Mbit/s with {DELAY_S * 1000:.0f} ms delay each way")
    waited = f"{ENTRIES:,} entries ({size(told['entry_bytes'])})"
    line_s = 8 * told["entry_bytes"] / BITS_PER_S
    table.row(
        f"until its outbox of {waited} is empty",
        f"{told['outbox_ms'] / 1000:.1f} s",
        against=f"the bytes alone {line_s:.1f} s",
    )
    line_s += 8 * told["photo_bytes"] / BITS_PER_S
    table.row(
        f"until its {PHOTOS} photos ({size(told['photo_bytes'])}) are there too",
        f"{told['photos_ms'] / 1000:.1f} s",
        against=f"all bytes alone {line_s:.1f} s",
    )
    table.row("rounds of sync that this took", f"{told['rounds']}")
    table.row("memory of that server process (peak of RSS)", f"{peak_mib:,.0f} MiB")


def _came_back(url: str) -> dict[str, int]:
    asked = {
        "server": url,
        "login": LOGIN,
        "entries": ENTRIES,
        "photos": PHOTOS,
        "photo_px": PHOTO_PX,
    }
    script = Path(__file__).with_name("comeback.js")
    done = subprocess.run(
        ["node", str(script), json.dumps(asked)],
        capture_output=True,
        text=True,
        timeout=TIME_MAX_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return told
