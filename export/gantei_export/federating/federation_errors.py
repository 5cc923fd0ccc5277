"""The error of a federation's files: which file, what is wrong with it, what to do instead."""

from gantei.errors import GanteiError


class FederationError(GanteiError, ValueError):
    """A message of a federation that is not used: another round's, another estimator's, altered.

    >>> from gantei_export.federating.federation_errors import FederationError
    >>> FederationError("site-a-1: answers round 2").code
    'federation'
    """

    kind = "federation"
