"""Which lines of the converter have been reached: the guidance of the search.

A function whose lines have all been seen is traced no more, nor one in which an input has spent
long, so that a long run costs little.
"""

import os
import sys
from collections import Counter
from contextlib import contextmanager

import gantei_export

_MOST_LINES = 1000
"""Lines of one function over one input that are noted: a pickle takes a million steps."""
_ROOT = os.path.dirname(gantei_export.__file__) + os.sep


class Lines:
    """The lines of `gantei_export` that were reached; `fresh` counts the last run's new ones."""

    def __init__(self):
        self.seen = set()
        self.fresh = 0
        self._left = {}
        self._traced = Counter()

    @contextmanager
    def traced(self):
        """Note the lines that run within."""
        before = len(self.seen)
        self._traced.clear()
        sys.settrace(self._call)
        try:
            yield
        finally:
            sys.settrace(None)
            self.fresh = len(self.seen) - before

    def _call(self, frame, event, argument):
        code = frame.f_code
        left = self._left.get(code)
        if left is None:
            own = code.co_filename.startswith(_ROOT)
            left = {line for *_, line in code.co_lines() if line} if own else set()
            self._left[code] = left
        if not left:
            return None
        return self._line if self._traced[code] < _MOST_LINES else None

    def _line(self, frame, event, argument):
        left = self._left[frame.f_code]
        self._traced[frame.f_code] += 1
        if frame.f_lineno in left:
            left.discard(frame.f_lineno)
            self.seen.add((frame.f_code.co_filename, frame.f_lineno))
        return self._line if left and self._traced[frame.f_code] < _MOST_LINES else None
