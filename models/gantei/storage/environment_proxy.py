"""The proxy that the environment names for a server."""

from typing import NamedTuple
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from ..errors import SettingError


class EnvironmentProxy(NamedTuple):
    """An address of a proxy, and the variable of the environment that names it."""

    address: str
    variable: str


def proxy_of(url: str) -> EnvironmentProxy | None:
    """Find the proxy for an address; None: it is reached without one, as by `NO_PROXY`."""
    parts, proxies = urlsplit(url), getproxies()
    scheme = parts.scheme if proxies.get(parts.scheme) else "all"
    proxy = proxies.get(scheme)
    if not proxy or proxy_bypass(parts.hostname or ""):
        return None
    return EnvironmentProxy(
        proxy if "://" in proxy else f"http://{proxy}", f"{scheme.upper()}_PROXY"
    )


def unusable_proxy(variable: str) -> SettingError:
    """Give the error of a variable that names no proxy, without its value, which has a password."""
    return SettingError(
        f"{variable}: names no proxy that can be asked; write http://HOST:PORT, and %23 for a # in "
        "a password, or the like"
    )
