"""Finds the system's Chromium and starts it for Playwright.

Playwright's own browser download is not used. What a test does in the browser is not here.
"""

import os
import shutil
from pathlib import Path

from playwright.sync_api import Browser, BrowserType

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# Tests talk to this machine only; Chromium's own calls home would only fail and slow them.
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)


def find_chromium() -> Path:
    """The program named by $CHROMIUM, else the first one on the PATH; FileNotFoundError if none."""
    named = os.environ.get("CHROMIUM")
    for name in (named,) if named else NAMES:
        if found := shutil.which(name):
            return Path(found)
    raise FileNotFoundError("no Chromium: run 'make test', or name one in $CHROMIUM")


def chromium_arguments(*more: str) -> list[str]:
    """Command-line arguments for a quiet Chromium; root cannot have Chromium's sandbox."""
    sandbox = ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
    return [*QUIET, *sandbox, *more]


def launch_chromium(browser_type: BrowserType, *more: str) -> Browser:
    """A headless Chromium; pass `playwright.chromium` and further command-line arguments."""
    return browser_type.launch(executable_path=find_chromium(), args=chromium_arguments(*more))
