"""`GANTEI_OFFLINE`: set when the process starts, it keeps gantei from opening any connection.

Every module that reaches another machine asks `refuse_offline` first; nothing else in gantei does.
"""

import os

VARIABLE = "GANTEI_OFFLINE"
OFFLINE = os.environ.get(VARIABLE, "") not in {"", "0"}
"""Read once: what the process does later to its environment does not open the network again."""

if OFFLINE:
    os.environ["HF_HUB_OFFLINE"] = "1"


def refuse_offline(purpose: str) -> None:
    """See that connections are allowed.

    Args:
        purpose: what would be done, and how to do it without a network.

    Raises:
        OfflineError: `GANTEI_OFFLINE` was set when this process began.
    """
    if OFFLINE:
        from ..errors import OfflineError  # here, so that `import gantei` does without it

        raise OfflineError(f"{VARIABLE} is set, so nothing is asked of another machine: {purpose}")
