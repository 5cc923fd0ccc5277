"""Which lines of the converter have been reached: the guidance of the search.

A function whose lines have all been seen is traced no more, so that a long run costs little.
"""

import os
import sys
from contextlib import contextmanager

import gantei_export

_ROOT = os.path.dirname(gantei_export.__file__) + os.sep


class Lines:
    """The lines of `gantei_export` that were reached; `fresh` counts the last run's new ones.

    Only one input in `every` is followed, where following it takes longer than reading it.
    """

    def __init__(self, every=1):
        self._every, self._runs = every, 0
        self.seen = set()
        self.fresh = 0
        self._left = {}

    @contextmanager
    def traced(self):
        """Note the lines that run within."""
        before = len(self.seen)
        if self._runs % self._every == 0:
            sys.settrace(self._call)
        self._runs += 1
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
        return self._line if left else None

    def _line(self, frame, event, argument):
        left = self._left[frame.f_code]
        if frame.f_lineno in left:
            left.discard(frame.f_lineno)
            self.seen.add((frame.f_code.co_filename, frame.f_lineno))
        return self._line if left else None
