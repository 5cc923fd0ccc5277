"""Numbers of a calibration with as many digits as it needs."""

PARAMETER_DIGITS = 12
"""Of parameters: what the order of rows, or the machine, adds to a sum lies beyond."""


def rounded(number: float, digits: int = PARAMETER_DIGITS) -> float:
    """Give a number with so many significant digits.

    >>> from gantei.calibrating.rounded import rounded
    >>> rounded(0.123456789, 3), rounded(-6.744508923607114)
    (0.123, -6.74450892361)
    """
    return float(f"{number:.{digits}g}")
