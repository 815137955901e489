"""The names and addresses by which this machine is reached, for its certificate."""

import ipaddress
import socket
from collections.abc import Iterable

# Where a packet would leave by; nothing is sent there (RFC 5737 and RFC 3849: for documentation).
FAR_AWAY = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
ALWAYS = ("localhost", "127.0.0.1", "::1")


def names_of_machine(given: Iterable[str] = ()) -> list[str]:
    """Host names and IP addresses, those that were given first, then the network's, then this
    machine's own for itself.
    """
    name = socket.gethostname().lower()
    local = [] if "." in name else [f"{name}.local"]
    found = [*given, *addresses(), socket.getfqdn().lower(), name, *local, *ALWAYS]
    return list(dict.fromkeys(one for one in found if _is_usable(one)))


def addresses() -> list[str]:
    """The IP addresses that other machines reach this one by, the usual way out first."""
    found = [address for family, goal in FAR_AWAY if (address := _way_out(family, goal))]
    try:
        infos = socket.getaddrinfo(socket.gethostname(), None)
    except OSError:
        infos = []
    found += [str(info[4][0]) for info in infos]
    return [one for one in dict.fromkeys(found) if _is_reachable(one)]


def as_address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The name as an IP address, None if it is a host name."""
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def in_address(name: str) -> str:
    """The name as it stands in a URL: an IPv6 address in brackets."""
    address = as_address(name)
    return f"[{name}]" if address is not None and address.version == 6 else name


def _way_out(family: int, goal: str) -> str | None:
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((goal, 9))
            return str(probe.getsockname()[0])
    except OSError:
        return None


def _is_reachable(text: str) -> bool:
    address = as_address(text)
    return address is not None and not (
        address.is_loopback or address.is_link_local or address.is_unspecified
    )


def _is_usable(name: str) -> bool:
    if as_address(name) is not None:
        return True
    labels = name.split(".")
    return name.isascii() and all(
        0 < len(label) < 64 and label.replace("-", "").isalnum() for label in labels
    )
