"""No photographs from link-local addresses, from which cloud machines get credentials."""

import ipaddress
import socket

from ..errors import SettingError
from .address import LINK_LOCAL, is_link_local


def refuse_link_local(host: str, *, of_the_user: str = "") -> None:
    """Look a host up, and refuse one that has a link-local address.

    One that cannot be looked up, as behind a proxy, is let through: nothing can be asked of it.

    Raises:
        SettingError: it has one. `of_the_user` stands in its text; else the host.
    """
    if is_link_local(host) or any(map(is_link_local, _addresses(host))):
        raise SettingError(f"{of_the_user or host} {LINK_LOCAL}")


def _addresses(host: str) -> set[str]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return set()
    return {str(ipaddress.ip_address(str(each[4][0]).partition("%")[0])) for each in found}
