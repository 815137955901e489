"""A small site for tests of single page scripts: real bundles, the app's own CSP, no app server.

It serves one page at `/`, the bundles at `/assets/`, and remembers what was asked and sent.
"""

import email.parser
import email.policy
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PWA = Path(__file__).parents[2] / "pwa"
WASM = PWA / "node_modules/zxing-wasm/dist/reader/zxing_reader.wasm"
CSP = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
    "img-src 'self' blob: data:; worker-src 'self'; connect-src 'self'"
)
TYPES = {".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm"}


@dataclass
class Site:
    """A running site; `asked` are the paths of its pages that were requested, `sent` the posts."""

    port: int
    asked: list[str] = field(default_factory=list)
    sent: list[dict[str, bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}/"


def bundle(source: str, folder: Path) -> dict[str, bytes]:
    """`source`, an ES module that imports from pwa/src as "./…", and the decoder, as assets."""
    program = str(PWA / "node_modules/.bin/esbuild")
    esbuild = [program, "--bundle", "--format=esm", "--log-level=error"]
    page, decoder = folder / "page.js", folder / "decoder.js"
    subprocess.run(
        [*esbuild, f"--outfile={page}"], cwd=PWA / "src", input=source, text=True, check=True
    )
    subprocess.run(
        [*esbuild, "scan/decoder.js", f"--outfile={decoder}"], cwd=PWA / "src", check=True
    )
    return {
        "page.js": page.read_bytes(),
        "decoder.js": decoder.read_bytes(),
        "zxing_reader.wasm": WASM.read_bytes(),
    }


@contextmanager
def site(body: str, assets: dict[str, bytes]) -> Iterator[Site]:
    """Serve a page with this body, and the assets, on a free port of this machine."""
    style = '<link rel="stylesheet" href="/assets/page.css">' if "page.css" in assets else ""
    page = (
        '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>t</title>'
        f'<link rel="icon" href="data:,">{style}<body>{body}'
        '<script type="module" src="/assets/page.js"></script>'
    )
    served = Site(port=0)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(page.encode(), assets, served))
    served.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(page: bytes, assets: dict[str, bytes], served: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.removeprefix("/assets/")
            if name in assets:
                self.answer(assets[name], TYPES[Path(name).suffix])
            elif name != self.path:
                self.send_error(404)
            else:
                served.asked.append(self.path)
                self.answer(page, "text/html")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            served.sent.append(_fields(self.headers["Content-Type"], body))
            self.answer(b"<!doctype html><title>sent</title>", "text/html")

        def answer(self, body: bytes, content_type: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", CSP)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Nothing: the tests look at what was asked, not at a log."""

    return Handler


def _fields(content_type: str, body: bytes) -> dict[str, bytes]:
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    return {
        str(part.get_param("name", header="content-disposition")): bytes(
            part.get_payload(decode=True)
        )
        for part in message.iter_parts()
    }
