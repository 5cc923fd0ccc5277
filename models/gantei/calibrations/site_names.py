"""What a site may be called: its name is that of a folder, on every system."""

import unicodedata

from ..errors import SettingError
from ..system.windows_devices import WINDOWS_DEVICES

LONGEST = 60
"""Characters; as many letters of any script fit into a file's name."""


def site_fault(name: str) -> str:
    """Say what is wrong with the name of a site; empty where nothing is."""
    if not 0 < len(name) <= LONGEST:
        return f"it has {len(name)} characters, not 1 to {LONGEST}"
    kinds = [unicodedata.category(each)[0] for each in name]
    faults = {
        "it is made of letters, digits, - _ and .": any(
            kind not in "LMN" and each not in "-_." for kind, each in zip(kinds, name, strict=True)
        ),
        "it begins with a letter or a digit": kinds[0] not in "LN",
        "it does not end with a dot": name.endswith("."),
        "Windows keeps that name for a device": site_key(name).partition(".")[0] in WINDOWS_DEVICES,
    }
    return next((fault for fault, found in faults.items() if found), "")


def checked_site(name: str) -> str:
    """Give the name of a site in Unicode's normal form NFC.

    Raises:
        ValueError: it cannot be one.
    """
    if not isinstance(name, str):
        raise ValueError(f"{name!r} is no name of a site: it is no text")
    name = unicodedata.normalize("NFC", name)
    if fault := site_fault(name):
        raise ValueError(f"{name[:LONGEST]!r} is no name of a site: {fault}")
    return name


def named_site(name: str) -> str:
    """Give the name of a site that a user has given, in normal form.

    Raises:
        SettingError: it cannot be one.

    >>> from gantei.calibrations.site_names import named_site
    >>> named_site("大学病院-2")
    '大学病院-2'
    """
    try:
        return checked_site(name)
    except ValueError as error:
        raise SettingError(str(error)) from error


def site_key(name: str) -> str:
    """Give what two names that mean one site have in common: case and width do not count."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
