"""Drawn fundus photographs, for trying the software out.

The pictures are made by a program, from random numbers. Age and sex leave traces in them by the
rules of `people.RULES`, which were made up so that a small network has something to learn. The
rules say nothing about eyes, and neither does any number that an estimator trained on these
pictures returns: they are for testing software only.
"""

from gantei.demo.cameras import CAMERAS
from gantei.demo.drawing import DrawnPhotograph, draw_photograph
from gantei.demo.folder import MAX_PEOPLE, count_photographs, draw_people
from gantei.demo.people import DrawnEye, Person, person

__all__ = [
    "CAMERAS",
    "MAX_PEOPLE",
    "DrawnEye",
    "DrawnPhotograph",
    "Person",
    "count_photographs",
    "draw_people",
    "draw_photograph",
    "person",
]
