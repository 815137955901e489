"""Commands that serve: `traveler serve | demo`, plain or with `--tls`."""

import argparse
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import qrcode
import uvicorn

from server.app import create_app, create_setup_app
from server.cli_group import Commands, Group
from server.cli_sites import sites_of
from server.cli_words import told
from server.collector import relax
from server.demo.people import PASSWORDS, PEOPLE
from server.lateness.tell import tell_late
from server.notices.notifier import Notifier
from server.plant import Plant, opened
from server.printing.hall import printing
from server.resume import resume
from server.settings import Settings
from server.setup import build_demo
from server.tls.names import addresses, in_address, names_of_machine
from server.tls.proof import Proof, Watch, own_proof
from server.web.logs import configure_logs
from sync.problem import Problem
from sync.writer import utc_now

GRACE_S = 5
SETUP_PORT = 8080
PORT_MAX = 65535
EVERY_ADDRESS = "0.0.0.0"  # noqa: S104
LOOPBACK = "127.0.0.1"
HOST = "address to listen on (127.0.0.1; with --tls all that this machine has)"
TLS = "serve https: with the certificate that is set, else with one of our own making"


class ServeCommands(Group):
    """Adds the commands to a parser; `settings_of` reads the options that all commands share."""

    def add_to(self, commands: Commands) -> None:
        """Put `serve` and `demo` among the commands."""
        for name, run, text in (
            ("serve", self._serve, "serve the plant in a data folder"),
            ("demo", self._demo, "build the demo plant if there is none, then serve"),
        ):
            command = self._command(commands, name, run, text)
            command.add_argument("--host", help=HOST)
            command.add_argument("--port", type=int, default=8000)
            command.add_argument("--public-url", help="address that people and labels use")
            command.add_argument("--tls", action="store_true", help=TLS)
            command.add_argument(
                "--setup-port",
                type=int,
                default=SETUP_PORT,
                help="with --tls: where tablets learn over http to trust this server (0: nowhere)",
            )

    def _serve(self, arguments: argparse.Namespace) -> int:
        settings = self._set(arguments)
        plant = opened(settings)
        if not sites_of(plant):
            print(f"traveler: {told(Problem('no_site_yet'))}", file=sys.stderr, flush=True)
        proof = _proof(settings, arguments) if arguments.tls else None
        _run(plant, arguments, proof)
        return 0

    def _demo(self, arguments: argparse.Namespace) -> int:
        settings = self._set(arguments)
        if not (arguments.tls or arguments.public_url):
            settings = replace(settings, public_url=f"http://{arguments.host}:{arguments.port}")
        plant = opened(settings)
        built = build_demo(plant, date.fromisoformat(plant.today()))
        print("Demo plant built." if built else "Data found; served as it is.")
        proof = _proof(settings, arguments) if arguments.tls else None
        if proof is None and arguments.host == LOOPBACK:
            print(f"\n  Traveler 随行   {settings.public_url}\n")
            print("  On this machine only. For tablets and phones in its network: make run TLS=1")
            print("  仅限本机。同一网络中的平板和手机：make run TLS=1\n")
        elif proof is None:
            _print_code("Traveler 随行", settings.public_url)
        for person in PEOPLE:
            roles = ", ".join(f"{site} {'/'.join(held)}" for site, held in person.roles.items())
            print(f"  {person.login:<12} {PASSWORDS[person.login]:<16} {person.name}  {roles}")
        print(flush=True)
        # A line for each request would scroll these names away.
        _run(plant, arguments, proof, level=logging.WARNING)
        return 0

    def _set(self, arguments: argparse.Namespace) -> Settings:
        settings = self._settings_of(arguments)
        _must_be_port("--port", arguments.port, least=1)
        _must_be_port("--setup-port", arguments.setup_port, least=0)
        arguments.host = arguments.host or (EVERY_ADDRESS if arguments.tls else LOOPBACK)
        return _with_address(settings, arguments) if arguments.tls else settings


def _must_be_port(option: str, port: int, *, least: int) -> None:
    if not least <= port <= PORT_MAX:
        raise Problem("port_wrong", {"option": option, "port": port})


def _with_address(settings: Settings, arguments: argparse.Namespace) -> Settings:
    """The address that people use, unless one is set, is this machine's first in the network."""
    if settings.secure:
        return settings
    host = next(iter([*_given_names(settings), *_reachable(arguments), "localhost"]))
    return replace(settings, public_url=f"https://{in_address(host)}:{arguments.port}")


def _reachable(arguments: argparse.Namespace) -> list[str]:
    return addresses() if arguments.host == EVERY_ADDRESS else [arguments.host]


def _given_names(settings: Settings) -> list[str]:
    return [name.strip().lower() for name in settings.tls_names.split(",") if name.strip()]


def _proof(settings: Settings, arguments: argparse.Namespace) -> Proof:
    """What this server proves itself with. Problems: tls_file_unusable, tls_key_missing."""
    now = utc_now()
    if settings.tls_certificate:
        if not settings.tls_key:
            raise Problem("tls_key_missing", {})
        proof = Proof(Path(settings.tls_certificate), Path(settings.tls_key))
        print(f"\n  Traveler 随行   {settings.public_url}", flush=True)
    else:
        host = urlsplit(settings.public_url).hostname or "localhost"
        given = [host, *_given_names(settings)]
        proof = own_proof(settings.data / "tls", lambda: names_of_machine(given), now)
        proof.app_url = settings.public_url
        _name_the_setup_page(proof, arguments, given)
    print(f"  certificate until {proof.ends_at:%Y-%m-%d}\n", flush=True)
    if proof.ends_at <= now:
        print("  The certificate has ended: no browser opens this server until it has a new one.")
        print("  证书已过期：换上新证书之前，浏览器打不开本服务器。\n", flush=True)
    return proof


def _name_the_setup_page(proof: Proof, arguments: argparse.Namespace, given: list[str]) -> None:
    if arguments.setup_port:
        # By number: a name that a browser knows for https would be asked by https there too.
        host = next(iter([*_reachable(arguments), *given]))
        proof.setup_url = f"http://{in_address(host)}:{arguments.setup_port}/trust"
        _print_code("Set up a tablet 设置平板", proof.setup_url)
    if proof.authority:
        print(f"  CA SHA-256  {proof.authority.fingerprint}")


def _print_code(title: str, url: str) -> None:
    print(f"\n  {title}   {url}\n")
    code = qrcode.QRCode(border=2)
    code.add_data(url)
    code.print_ascii(invert=True)


def _run(
    plant: Plant, arguments: argparse.Namespace, proof: Proof | None, level: int = logging.INFO
) -> None:
    plant.require_own_app()
    configure_logs(level)
    resume(plant)
    tell_late(plant)
    try:
        with _setup_page(plant, arguments, proof), _notices(plant), printing(plant):
            _serve_app(plant, arguments, proof)
    finally:
        plant.close()


def _serve_app(plant: Plant, arguments: argparse.Namespace, proof: Proof | None) -> None:
    config = uvicorn.Config(
        create_app(plant, proof),
        host=arguments.host,
        port=arguments.port,
        log_config=None,
        proxy_headers=True,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
        ssl_certfile=proof.chain if proof else None,
        ssl_keyfile=proof.key if proof else None,
    )
    config.load()
    relax()
    watch = Watch(proof, config.ssl, plant.now) if proof and config.ssl else None
    if watch:
        watch.start()
    try:
        uvicorn.Server(config).run()
    finally:
        if watch:
            watch.stop()


@contextmanager
def _notices(plant: Plant) -> Iterator[None]:
    notifier = Notifier(plant)
    notifier.start()
    try:
        yield
    finally:
        notifier.stop()


@contextmanager
def _setup_page(plant: Plant, arguments: argparse.Namespace, proof: Proof | None) -> Iterator[None]:
    """Beside the app, over plain http: what a tablet needs before it trusts this server."""
    if proof is None or not proof.setup_url:
        yield
        return
    config = uvicorn.Config(
        create_setup_app(plant, proof),
        host=arguments.host,
        port=arguments.setup_port,
        log_config=None,
        server_header=False,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="setup", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(GRACE_S)
