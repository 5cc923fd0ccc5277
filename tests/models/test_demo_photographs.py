import csv
import io
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from filelock import FileLock
from PIL import Image

from gantei import demo
from gantei.demo.people import RULES
from gantei.errors import GanteiError, OutputError

SMALL = 0.12


@pytest.fixture(scope="module")
def progress():
    """What `draw_people` said while it drew the folder."""
    return []


@pytest.fixture(scope="module")
def folder(tmp_path_factory, progress):
    """Two people of seed 5, drawn at full size beside a file that was there before."""
    folder = tmp_path_factory.mktemp("demo") / "photographs"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    assert demo.draw_people(folder, 2, 5, progress=progress.append) == folder / "labels.csv"
    return folder


def labels(folder):
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def drawn(number=1, side="right", **traits):
    """Pixels of a small photograph of one person of seed 1, with some traits set by hand."""
    who = demo.person(1, number)
    eye = demo.DrawnEye(side, who.eyes[0].traits | traits)
    image = demo.draw_photograph(1, who, eye, scale=SMALL).image
    return np.asarray(image, np.float64)


def middle(pixels, share):
    """The part of the picture around its middle, as a mean colour."""
    height, width, _ = pixels.shape
    half = int(min(height, width) * share / 2)
    y, x = height // 2, width // 2
    return pixels[y - half : y + half, x - half : x + half].mean(axis=(0, 1))


def disc_position(pixels):
    """Where the brightest part lies: from -1 at the left edge to 1 at the right edge."""
    smooth = Image.fromarray(pixels.astype(np.uint8)).resize((64, 64), Image.Resampling.BOX)
    green = np.asarray(smooth, np.float64)[12:52, :, 1]
    return (green.max(axis=0).argmax() + 0.5) / 32 - 1


def test_every_row_of_the_labels_has_its_photograph_and_every_photograph_its_row(folder):
    names = {path.name for path in folder.iterdir()}
    rows = labels(folder)
    others = {"labels.csv", "README.txt", "notes.txt"}
    assert names == {row["photograph"] for row in rows} | others
    assert {row["person"] for row in rows} == {"1", "2"}


def test_labels_tell_what_the_person_is(folder):
    for row in labels(folder):
        who = demo.person(5, int(row["person"]))
        assert float(row["age"]) == who.age
        assert row["sex"] == who.sex
        assert row["eye"] in {eye.side for eye in who.eyes}


def test_photographs_are_whole_jpeg_files_of_1400_to_3000_pixels(folder):
    for row in labels(folder):
        with Image.open(folder / row["photograph"]) as image:
            image.load()
            assert image.format == "JPEG"
            assert image.mode == "RGB"
            assert 1400 <= image.width <= 3000


def test_only_the_cameras_that_are_named_take_photographs(tmp_path):
    chosen = ["A1400", "E1620"]
    demo.draw_people(tmp_path, 4, 5, scale=SMALL, cameras=chosen)
    sides = {}
    for row in labels(tmp_path):
        with Image.open(tmp_path / row["photograph"]) as image:
            sides.setdefault(row["camera"], set()).add(image.width)
    assert sides == {"A1400": {round(1400 * SMALL)}, "E1620": {round(1620 * SMALL)}}
    assert "cameras A1400 E1620" in (tmp_path / "README.txt").read_text(encoding="utf-8")


def test_an_unknown_camera_is_refused_and_the_known_ones_are_named(tmp_path):
    with pytest.raises(GanteiError, match="'F9000' is none of them: A1400, B2000"):
        demo.draw_people(tmp_path, 1, 5, cameras=["F9000"])
    assert not [*tmp_path.iterdir()]


def test_the_notice_says_that_the_photographs_are_drawings(folder):
    assert "drawings" in (folder / "README.txt").read_text(encoding="utf-8")


def test_a_person_looks_the_same_however_many_are_drawn(folder, tmp_path):
    demo.draw_people(tmp_path / "one", people=1, seed=5)
    for row in labels(tmp_path / "one"):
        name = row["photograph"]
        assert (tmp_path / "one" / name).read_bytes() == (folder / name).read_bytes()
    assert labels(tmp_path / "one") == [row for row in labels(folder) if row["person"] == "1"]


def test_another_seed_draws_other_people():
    assert demo.person(1, 1) != demo.person(2, 1)


def test_progress_hears_of_every_photograph_that_was_counted(folder, progress):
    assert progress == [1] * demo.count_photographs(2, 5) == [1] * len(labels(folder))


@pytest.mark.parametrize("name", ["labels.csv", "README.txt", "person-00002-right.jpg"])
def test_a_file_of_the_same_name_is_refused_and_kept(tmp_path, name):
    who = demo.person(5, 2)
    if name.endswith(".jpg"):
        name = f"person-00002-{who.eyes[0].side}.jpg"
    (tmp_path / name).write_text("mine")
    with pytest.raises(OutputError, match=name):
        demo.draw_people(tmp_path, people=2, seed=5)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_other_files_of_the_folder_and_beside_it_stay_as_they_were(folder):
    assert (folder / "notes.txt").read_text() == "mine"
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_what_is_drawn_already_is_not_drawn_again(tmp_path):
    drawn = []
    for _ in range(2):
        demo.draw_people(tmp_path, people=1, seed=5, progress=drawn.append)
    assert len(drawn) == demo.count_photographs(1, 5)
    with pytest.raises(OutputError, match="already holds"):
        demo.draw_people(tmp_path, people=2, seed=5)


def test_a_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "photographs").write_text("mine")
    with pytest.raises(OutputError, match="is a file"):
        demo.draw_people(tmp_path / "photographs", people=1, seed=1)


def visible(folder):
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The files of two people of seed 6, drawn without a stop."""
    folder = tmp_path_factory.mktemp("whole")
    demo.draw_people(folder, people=2, seed=6)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def files_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


KILLED = """
import os, sys
from pathlib import Path
from gantei import demo
kind, steps = sys.argv[2], int(sys.argv[3])
def kill(*_):
    global steps
    steps -= 1
    if steps < 0:
        os._exit(9)
rename = Path.rename
if kind == "moving":
    Path.rename = lambda self, target: (kill(), rename(self, target))[1]
demo.draw_people(Path(sys.argv[1]), 2, 6, progress=kill if kind == "drawing" else lambda done: None)
os._exit(9)
"""


def killed(folder, kind, steps):
    """Draw in a process that dies without a word after so many photographs, or files moved."""
    command = [sys.executable, "-c", KILLED, str(folder), kind, str(steps)]
    assert subprocess.run(command, check=False, timeout=60).returncode == 9


@pytest.mark.parametrize("kind", ["drawing", "moving"])
@pytest.mark.parametrize("steps", [0, 1, 3])
def test_what_a_killed_process_has_drawn_is_kept_and_finished(tmp_path, whole, kind, steps):
    killed(tmp_path, kind, steps)
    if kind == "drawing":
        assert visible(tmp_path) == []
    drawn = []
    demo.draw_people(tmp_path, people=2, seed=6, progress=drawn.append)
    assert files_of(tmp_path) == whole
    assert len(drawn) == (demo.count_photographs(2, 6) if kind == "drawing" else 0)


def test_a_process_killed_after_its_last_file_leaves_only_a_folder_that_the_next_call_removes(
    tmp_path, whole
):
    killed(tmp_path, "moving", 100)
    (tmp_path / ".demo-photos").mkdir(exist_ok=True)
    demo.draw_people(tmp_path, people=2, seed=6)
    assert files_of(tmp_path) == whole


def test_what_another_call_has_left_is_not_taken_for_this_one(tmp_path, whole):
    def stop(done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        demo.draw_people(tmp_path, people=2, seed=5, progress=stop)
    demo.draw_people(tmp_path, people=2, seed=6)
    assert files_of(tmp_path) == whole


def test_two_processes_do_not_draw_into_one_folder(tmp_path):
    (tmp_path / ".demo-photos").mkdir()
    with (
        FileLock(tmp_path / ".demo-photos" / "lock"),
        pytest.raises(OutputError, match="another process"),
    ):
        demo.draw_people(tmp_path, people=1, seed=6)


@pytest.mark.parametrize(("people", "seed"), [(0, 1), (-1, 1), (demo.MAX_PEOPLE + 1, 1), (1, -1)])
def test_numbers_out_of_bounds_are_refused_before_anything_is_made(tmp_path, people, seed):
    with pytest.raises(GanteiError, match=r"people|seed"):
        demo.draw_people(tmp_path / "photographs", people=people, seed=seed)
    with pytest.raises(GanteiError, match=r"people|seed"):
        demo.count_photographs(people, seed)
    assert not (tmp_path / "photographs").exists()


@pytest.mark.parametrize("number", range(1, 7))
def test_the_disc_lies_on_the_nasal_side(number):
    assert disc_position(drawn(number, "right")) > 0.3
    assert disc_position(drawn(number, "left")) < -0.3


def test_the_surround_is_black_and_the_field_is_lit():
    for number in range(1, 13):
        pixels = drawn(number)
        corners = pixels[[0, 0, -1, -1], [0, -1, 0, -1]]
        assert corners.max() < 10
        assert middle(pixels, 0.3)[0] > 90


def test_all_cameras_are_used():
    people = [demo.person(1, number) for number in range(1, 25)]
    seen = {demo.draw_photograph(1, who, who.eyes[0], scale=0.05).camera for who in people}
    assert seen == {camera.name for camera in demo.CAMERAS}


def test_a_small_drawing_shows_what_the_large_one_shows():
    who = demo.person(1, 3)
    large = demo.draw_photograph(1, who, who.eyes[0], scale=0.4).image
    small = demo.draw_photograph(1, who, who.eyes[0], scale=0.1).image
    reduced = np.asarray(large.resize(small.size, Image.Resampling.BOX), np.float64)
    assert np.abs(reduced - np.asarray(small)).mean() < 3


def test_ages_and_sexes_are_spread():
    people = [demo.person(1, number) for number in range(1, 1001)]
    ages = np.array([who.age for who in people])
    assert 18 <= ages.min() < 20
    assert 92 < ages.max() <= 94
    assert 0.45 < np.mean([who.sex == "male" for who in people]) < 0.55
    assert 0.7 < np.mean([len(who.eyes) == 2 for who in people]) < 0.8


@pytest.mark.parametrize("name", RULES)
def test_traits_follow_their_rule(name):
    people = [demo.person(7, number) for number in range(1, 1501)]
    rule = replace(RULES[name])
    wanted = np.array(
        [
            rule.base
            + rule.decade * (who.age - 56) / 10
            + rule.male * (0.5 if who.sex == "male" else -0.5)
            for who in people
        ]
    )
    found = np.array([who.eyes[0].traits[name] for who in people])
    chance = np.hypot(rule.spread, rule.between_eyes)
    assert np.all((found >= rule.low) & (found <= rule.high))
    inside = (wanted > rule.low + 3 * chance) & (wanted < rule.high - 3 * chance)
    error = (found - wanted)[inside if inside.sum() > 300 else ...]
    assert abs(error.mean()) < 0.25 * chance
    assert error.std() < 1.1 * chance


def test_the_two_eyes_of_a_person_are_alike():
    both = [who for n in range(1, 400) if len((who := demo.person(1, n)).eyes) == 2]
    for name in ("yellowing", "cup", "pigment"):
        right, left = (np.array([who.eyes[side].traits[name] for who in both]) for side in (0, 1))
        assert np.corrcoef(right, left)[0, 1] > 0.9


def test_yellowing_takes_blue_and_leaves_red():
    clear, yellow = (middle(drawn(yellowing=value), 0.5) for value in (0.0, 1.0))
    assert yellow[2] < 0.6 * clear[2]
    assert yellow[0] > 0.9 * clear[0]


def test_a_darker_macula_is_darker_in_the_picture():
    pale, dark = (middle(drawn(macula=value), 0.08) for value in (0.0, 1.0))
    assert dark.mean() < 0.9 * pale.mean()


def test_a_larger_cup_is_a_larger_bright_spot():
    small, large = (np.sum(drawn(cup=value)[..., 2] > 110) for value in (0.25, 0.7))
    assert large > 1.3 * small


def test_drusen_are_pale_spots():
    none, many = (middle(drawn(drusen=value), 0.4)[1] for value in (0.0, 90.0))
    assert many > none


def test_wider_vessels_make_a_darker_picture():
    narrow, wide = (middle(drawn(calibre=value), 0.6)[1] for value in (0.7, 1.4))
    assert wide < narrow


def test_jpeg_bytes_decode_to_the_drawing():
    who = demo.person(1, 2)
    photograph = demo.draw_photograph(1, who, who.eyes[0], scale=SMALL)
    with Image.open(io.BytesIO(photograph.jpeg())) as image:
        difference = np.asarray(image, np.float64) - np.asarray(photograph.image)
    assert np.abs(difference).mean() < 4


def test_a_scale_draws_the_same_people_smaller(folder, tmp_path):
    demo.draw_people(tmp_path, people=2, seed=5, scale=0.2)
    assert labels(tmp_path) == labels(folder)
    for row in labels(folder):
        with Image.open(folder / row["photograph"]) as whole:
            size = tuple(round(side * 0.2) for side in whole.size)
        with Image.open(tmp_path / row["photograph"]) as image:
            assert image.size == size
    with pytest.raises(OutputError, match="already holds"):
        demo.draw_people(tmp_path, people=2, seed=5)


@pytest.mark.parametrize("scale", [0, 0.05, 1.5])
def test_a_scale_that_cannot_be_drawn_is_refused(tmp_path, scale):
    with pytest.raises(GanteiError, match=r"scale: from 0\.1 to 1"):
        demo.draw_people(tmp_path / "one", people=1, seed=5, scale=scale)
    assert not (tmp_path / "one").exists()
