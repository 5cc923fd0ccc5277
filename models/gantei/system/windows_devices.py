"""Names that no file may have, as Windows opens a device in its place."""

WINDOWS_DEVICES = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)),
}
"""In small letters; such a name stays one whatever follows a dot."""
