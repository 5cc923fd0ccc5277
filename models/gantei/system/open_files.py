"""How many files a process may have open at once."""

import sys

KEPT = 100
"""Files that a process has open besides."""


def allow_open_files(number: int) -> None:
    """Let this process open so many files more, as far as the system allows it."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = number + KEPT
    if soft != resource.RLIM_INFINITY and soft < needed:
        allowed = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
