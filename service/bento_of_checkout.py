"""What a Bento of the checkout serves: the sources that stand there, in two folders."""

import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TOP / root) for root in ("models", "service")]

from gantei_service.service import Gantei

__all__ = ["Gantei"]
