"""What names of photographs tell of eyes: read alike by the library and by the page."""

SURE, PAIR_ONLY = True, False

NAMES = [
    ("p1-left.jpg", "left", SURE),
    ("p1_RIGHT.JPG", "right", SURE),
    ("p1Left.jpg", "left", SURE),
    ("Left Eye 3.png", "left", SURE),
    ("p1_OD.tif", "right", SURE),
    ("p1 os 2.png", "left", SURE),
    ("OD12.jpg", "right", SURE),
    ("left/1.png", "left", SURE),
    ("left/1-left.png", "left", SURE),
    ("患者1右眼.jpg", "right", SURE),
    ("右眼底写真_07.jpg", "right", SURE),
    ("12左.png", "left", SURE),
    ("左目/7.png", "left", SURE),
    ("p1_L.jpg", "left", PAIR_ONLY),
    ("p1_r.jpg", "right", PAIR_ONLY),
    ("p1-\uff2c.jpg", "left", PAIR_ONLY),  # wide L
    ("RE_4.png", "right", PAIR_ONLY),
    ("left-right-1.jpg", None, False),
    ("L_right.jpg", None, False),
    ("左右眼.jpg", None, False),
    ("右田左眼.jpg", None, False),
    ("右田太郎.jpg", None, False),
    ("bright.jpg", None, False),
    ("copyright.jpg", None, False),
    ("leftover.jpg", None, False),
    ("model.jpg", None, False),
    ("OU.jpg", None, False),
    ("1.jpg", None, False),
]
"""Name, side, whether it tells without the other eye."""

PAIRS = [
    ("p1-right.jpg", "p1-left.jpg", "p1"),
    ("p1_OD.jpg", "p1_OS.png", "p1"),
    ("p1_R_2024.jpg", "p1_L_2024.jpg", "p1 2024"),
    ("a/R.jpg", "a/L.jpg", "a"),
    ("right/1.png", "left/1.png", "1"),
    ("患者1右眼.jpg", "患者1左眼.jpg", "患者1"),
    ("IMG12R.jpg", "IMG12L.jpg", "IMG12"),
    ("right.jpg", "left.jpg", "right.jpg"),
]
"""Right, left, and what the page calls the two."""

NO_PAIRS = [
    ["p1-left.jpg", "p2-right.jpg"],
    ["p1-left-1.jpg", "p1-right-2.jpg"],
    ["p1-left.jpg", "p1-left.png", "p1-right.jpg"],
    ["p1-left.jpg", "p1_right.jpg"],
    ["a/p1-left.jpg", "b/p1-right.jpg"],
    ["p1-left.jpg", "P1-right.jpg"],
    ["x_L.jpg", "x.jpg"],
    ["L_right.jpg", "R_right.jpg"],
]
