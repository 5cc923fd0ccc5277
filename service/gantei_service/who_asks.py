"""Whether a request is made by somebody who may: of this machine, and not by another's page."""

import ipaddress
from collections.abc import Sequence

from gantei.findings.finding import Finding

from .asgi import AsgiMessage
from .origins import PageOrigin, read_host, read_origin
from .problems import Problem, quoted

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITE = frozenset({"same-origin", "none"})
"""Of `Sec-Fetch-Site`: a page of this server, or nobody's page. Another port is `same-site`."""
_OF_PROXIES = frozenset({"forwarded", "via", "x-real-ip"})
_OF_PROXIES_TOO = "x-forwarded-"


def refuse_other_machines(scope: AsgiMessage) -> None:
    """See that a client of this machine asks for this machine, and no proxy for somebody else.

    Raises:
        Problem: `loopback-only`.
    """
    if not _is_this_machine(scope):
        raise Problem("loopback-only")
    if not _asks_for_this_machine(scope):
        raise Problem("loopback-only", Finding("address-not-local"))
    for name, _ in scope["headers"]:
        header = name.decode("latin-1")
        if header in _OF_PROXIES or header.startswith(_OF_PROXIES_TOO):
            raise Problem("loopback-only", Finding("sent-by-proxy", header=quoted(header)))


def refuse_other_pages(scope: AsgiMessage, public_origins: Sequence[PageOrigin]) -> None:
    """See that no page of another origin makes a browser send something here.

    A browser sends what such a page says, with the address of this machine, and only keeps the
    answer from the page. Programs say nothing of an origin.

    Raises:
        Problem: `cross-origin`.
    """
    if scope["method"] in _READING:
        return
    for site in _values(scope, b"sec-fetch-site"):
        if site.lower() not in _OWN_SITE:
            raise Problem("cross-origin", Finding("sent-by-other-page", site=quoted(site)))
    hosts = _values(scope, b"host")
    for text in _values(scope, b"origin"):
        origin = read_origin(text)
        if origin and (origin in public_origins or _is_address(origin, hosts)):
            continue
        raise Problem(
            "cross-origin",
            Finding("origin-not-own", origin=quoted(text), host=quoted(", ".join(hosts))),
        )


def _is_address(origin: PageOrigin, hosts: Sequence[str]) -> bool:
    """Whether a page's host and port are those that the request was sent to.

    The scheme is the page's own: a proxy in front may have the certificate, and pass on the host.
    """
    return len(hosts) == 1 and read_host(hosts[0], origin.scheme) == origin


def _values(scope: AsgiMessage, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def _asks_for_this_machine(scope: AsgiMessage) -> bool:
    """Whether the address of the request is this machine's, by number or as localhost.

    A page of the internet may let its own name point to 127.0.0.1, and its scripts would then ask
    from this machine's browser, and read the answers.
    """
    for host in _values(scope, b"host"):
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
        try:
            ipaddress.ip_address(name.strip("[]"))
        except ValueError:
            if name.lower() != "localhost":
                return False
    return True


def _is_this_machine(scope: AsgiMessage) -> bool:
    client = scope.get("client")
    try:
        address = ipaddress.ip_address(client[0]) if client else None
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool(address and (mapped or address).is_loopback)
