"""Shards of commands that differ in one option: a merge refuses them, or one machine writes it."""

import csv
import io

import pytest
from PIL import Image

from gantei.calibrations.calibration_store import save_calibration
from gantei.estimator.estimator import load
from gantei.study.shard import Shard

from .. import calibrated
from ..conftest import SEX, made_picture
from ..explained import explained_network
from .sharded import ShardedStudy, change_manifest, drawn_study


@pytest.fixture
def photographs(tmp_path):
    return drawn_study(tmp_path / "photographs")


@pytest.fixture
def age(make_estimator):
    return make_estimator("made-age", network=explained_network())


@pytest.fixture
def sex(make_estimator):
    return make_estimator("made-sex", 0.004, output="sex", spec=SEX)


@pytest.fixture
def files(tmp_path, photographs):
    """Lists and tables of eyes that say other things of one photograph of a shard, 1 or 2."""
    names = sorted(path.relative_to(photographs).as_posix() for path in photographs.rglob("*.png"))
    of_shard = {number: next(filter(Shard(number, 2).has, names)) for number in (1, 2)}
    rows = {name: ["P" + name[1], "", "healthy", "C1"] for name in names}
    head = ["photograph", "person", "eye", "diagnosis", "camera"]

    def write(name, rows, head=head):
        with (tmp_path / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([head, *([key, *cells] for key, cells in rows.items())])

    write("list.csv", rows)
    write("backwards.csv", dict(reversed(rows.items())))
    write("names.csv", dict.fromkeys(names, ()), ["photograph"])
    (tmp_path / "names.txt").write_text("\n".join(names), "utf-8")
    for number, name in of_shard.items():
        for place, what, cell in (
            (0, "person", "Q"), (1, "eye", "left"), (2, "cell", "glaucoma"), (2, "word", "é"),
            (3, "camera", "C2"),
        ):  # fmt: skip
            cells = [*rows[name]]
            cells[place] = cell
            write(f"{what}-{number}.csv", rows | {name: cells})
        write(f"eyes-{number}.csv", {name: ["left"]}, ["photograph", "eye"])
    return tmp_path


LIST = "--from list.csv"
ONE_LIST = "its list says other things of the study's photographs than that of"


def check(study, capsys, first, other, said):
    """Run shard 1 with some options and shard 2 with others, and merge the two.

    With `said`, the merge is refused in these words; else it gives the table of either command.
    """
    study.run_shard(1, *first)
    study.run_shard(2, *other)
    capsys.readouterr()
    code = study.merge(tables=study.tables)
    told = capsys.readouterr().err
    if said is None:
        assert code in (0, 1), told
        for options in (first, other):
            study.run_whole(*options, "--overwrite")
            assert study.merged.read_bytes() == study.whole.read_bytes()
        return
    assert code == 2
    assert said in told
    assert "shard-" in told
    assert not [*study.merged.parent.iterdir()]


@pytest.mark.parametrize(
    ("first", "other", "said"),
    [
        ("--persons names", "--persons folders", "with --persons folders, and"),
        ("--persons names", "", "without --persons, and"),
        ("", "--persons folders", "with --persons folders, and"),
        ("--persons (?P<person>p.)", "--persons (?P<person>p[0-9])", "with another; run the"),
        ("--persons (?P<person>p.)", "--persons names", "with a pattern of --persons; run the"),
        (LIST, "", "its columns are others (without diagnosis, camera)"),
        (LIST, "--from cell-1.csv", ONE_LIST),
        (LIST, "--from cell-2.csv", ONE_LIST),
        (LIST, "--from person-1.csv", ONE_LIST),
        (LIST, "--from person-2.csv", ONE_LIST),
        (LIST, "--from camera-1.csv", ONE_LIST),
        (LIST, "--from eye-1.csv", "other eyes were stated"),
        (LIST, "--from eye-2.csv", "other eyes were stated"),
        ("--from word-1.csv", "--from word-1.csv --encoding latin-1", ONE_LIST),
        (LIST, "--from backwards.csv", None),
        ("", "--from names.csv", None),
        ("", "--from names.txt", None),
        (LIST, f"{LIST} --encoding latin-1", None),
        ("", "--eyes eyes-1.csv", "other eyes were stated"),
        ("", "--eyes eyes-2.csv", "other eyes were stated"),
        ("--eyes eyes-1.csv", "--eyes eyes-2.csv", "other eyes were stated"),
        ("", "--eyes detect", "other eyes were stated, or sought"),
        ("", "--allow-grey", "--allow-grey"),
        ("", "--refuse few-pixels", "--refuse few-pixels"),
        ("--refuse few-pixels", "--refuse grey-picture", "--refuse grey-picture"),
        ("", "--dicom-columns PatientSex", "its columns are others"),
        ("--dicom-columns Modality", "--dicom-columns PatientSex", "its columns are others"),
        ("", "--plain-csv", "--plain-csv"),
        ("", "--maps maps", "--maps"),
        ("", "--embeddings v.npy", "--embeddings"),
        ("", "--with SEX", "it is of made-age, made-sex"),
        ("", "--calibration made-age=clinic", "the calibration of made-age at clinic"),
        ("", "--anonymous key.csv", "--anonymous"),
        ("--anonymous key.csv", "--anonymous other.csv", "or with another key (--anonymous)"),
        ("", "--root ..", "or give all the same folder and --root"),
        ("", "--device cpu", None),
        ("", "--workers 1", None),
        ("", "--memory 4000", None),
        ("", "--rehash", None),
        ("", "--dicom-key key", None),
        ("", "--image-column other", None),
    ],
)  # fmt: skip
def test_an_option_that_one_shard_has_otherwise(
    files, photographs, age, sex, monkeypatch, capsys, first, other, said
):
    if "--dicom-columns" in other:
        pytest.importorskip("pydicom")
    monkeypatch.chdir(files)
    save_calibration(calibrated.calibration_of(load(age).manifest, site="clinic"), replace=True)
    study = ShardedStudy(files, photographs, ("--with", age), of=2)

    def words(options):
        given = [str(sex) if word == "SEX" else word for word in options.split()]
        if "--root" in given:
            return [str(files) if word == ".." else word for word in given]
        return [*given, "--root", str(photographs)]

    check(study, capsys, words(first), words(other), said)


def test_pictures_of_another_column_of_a_parquet_file(tmp_path, age, capsys):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    pictures = []
    for number in range(8):
        file = io.BytesIO()
        Image.fromarray(made_picture(number)).save(file, "png")
        pictures.append({"bytes": file.getvalue(), "path": f"{number}.png"})
    pictures = pyarrow.array(pictures)
    both = {"image": pictures, "fellow": pictures.take(list(range(7, -1, -1)))}
    parquet.write_table(pyarrow.table(both), tmp_path / "both.parquet")
    study = ShardedStudy(tmp_path, tmp_path / "both.parquet", ("--with", age), of=2)
    check(study, capsys, (), ("--image-column", "fellow"), "another column (--image-column)")


def test_a_shard_of_a_manifest_that_lacks_what_all_shards_have_in_common(
    tmp_path, photographs, age, capsys
):
    study = ShardedStudy(tmp_path, photographs, ("--with", age, "--persons", "names"), of=2)
    study.run_shards()
    before = study.table(2).with_name("shard-2.csv.run.json").read_bytes()

    def of_earlier_gantei(told):
        del told["shard"]["persons_by"], told["shard"]["list_sha256"]

    change_manifest(study.table(2), of_earlier_gantei)
    said = study.merge()
    assert said == 2
    assert "shard-2.csv: was made before run manifests said how persons" in capsys.readouterr().err
    study.run_shard(2)
    assert "already finished" in capsys.readouterr().err
    assert study.table(2).with_name("shard-2.csv.run.json").read_bytes() == before
    assert study.merge() == 1
