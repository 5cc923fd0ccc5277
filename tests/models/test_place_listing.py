"""Which files of a place are photographs, in which order, and why the others are none."""

import random
import tracemalloc

import pytest

from gantei.errors import OutputError, PhotographError
from gantei.photographs.stored_photograph import StoredFile
from gantei.storage.place_listing import list_place
from gantei.storage.several_places import SeveralPlaces
from gantei.system import stored_texts

from .stored import PlaceInMemory

PNG = b"\x89PNG\r\n\x1a\n"


def place_of(*names, **options):
    return PlaceInMemory(dict.fromkeys(names, PNG), **options)


def names_in(place, *names, **options):
    return [*list_place(place, names, **options).names()]


def reasons(place):
    return {each.name: each.why.code for each in list_place(place).passed_by}


def test_photographs_are_those_with_a_pictures_ending_in_the_order_of_their_names():
    place = place_of("b/2.JPG", "b/1.png", "a.dcm", "b.tif", "z.heic")
    assert names_in(place) == ["a.dcm", "b.tif", "b/1.png", "b/2.JPG", "z.heic"]


def test_it_is_listed_once_and_no_file_is_opened():
    place = place_of("1.png", "2", "3.txt")
    list_place(place)
    assert place.asked == [("list",)]


def test_each_photograph_knows_the_size_and_version_of_the_list():
    place = place_of("1.png")
    (listed,) = list_place(place).photographs
    assert listed.source.size == len(PNG)
    assert listed.source.listed_version == place.version_of("1.png")
    assert str(listed.source) == "store://test/1.png"


def test_other_files_have_their_reasons_as_in_a_folder():
    place = place_of("1.png", "1.json", "._1.png", "p/.hidden/2.png", "a.csv", "b.zip")
    assert reasons(place) == {
        "1.json": "text-file",
        "._1.png": "system-file",
        "p/.hidden/2.png": "hidden-file",
        "a.csv": "table-file",
        "b.zip": "archive-file",
    }
    assert {each.path for each in list_place(place).passed_by} >= {"store://test/1.json"}


def test_a_file_whose_name_tells_nothing_is_not_opened_over_a_network():
    assert reasons(place_of("1.png", "IM0001")) == {"IM0001": "unopened-file"}


def test_a_file_whose_name_tells_nothing_is_opened_on_this_machine():
    place = place_of("1.png", "IM0001", "notes", reads_at_once=1)
    place.contents["notes"] = b"just a text"
    place.head = lambda name, most: place.contents[name][:most]
    found = list_place(place)
    assert [*found.names()] == ["1.png", "IM0001"]
    assert [each.name for each in found.passed_by] == ["notes"]


@pytest.mark.parametrize("name", ["../1.png", "a/../1.png", "/1.png", "a//1.png", "a/./1.png"])
def test_a_name_that_leads_elsewhere_is_passed_by(name):
    assert reasons(place_of("1.png", name)) == {name: "unsafe-name"}


def test_folders_are_no_files():
    place = place_of("1.png", "p/")
    assert names_in(place) == ["1.png"]
    assert reasons(place) == {}


def test_a_name_with_what_no_table_holds_is_spelt_by_escapes_and_read_as_it_is():
    (listed,) = list_place(place_of("a\nb\\.png")).photographs
    assert (listed.name, listed.source.name) == (r"a\nb\\.png", "a\nb\\.png")


def test_names_of_a_list_are_taken_and_may_be_missing():
    place = place_of("1.png", "2.png")
    assert names_in(place, "2.png", "9.png", "2.png", is_listed=False) == ["2.png", "9.png"]
    assert place.asked == []


def test_a_name_that_is_listed_too_stands_once_and_keeps_what_the_list_says():
    found = list_place(place_of("1.png", "2.png"), ["2.png", "3.png"])
    assert [*found.names()] == ["1.png", "2.png", "3.png"]
    versions = [each.source.listed_version is not None for each in found.photographs]
    assert versions == [True, True, False]


def test_a_file_that_is_named_itself_is_a_photograph():
    place = place_of("1.png", "IM0001")
    assert names_in(place, "IM0001") == ["1.png", "IM0001"]
    assert not list_place(place, ["IM0001"]).passed_by


@pytest.mark.parametrize(
    ("names", "said"), [((), "nothing"), (("a.csv", "b.csv", "c"), "2 tables, 1 unopened file")]
)
def test_a_place_without_photographs_is_refused_with_what_it_has(names, said):
    with pytest.raises(OutputError, match=f"no photographs in store://test/: .*{said}"):
        list_place(place_of(*names))


def test_many_names_are_sorted_by_way_of_a_file(monkeypatch):
    monkeypatch.setattr(stored_texts, "RUN_TEXTS", 10)
    names = [f"p{number:03}/{side}.png" for number in range(50) for side in ("L", "R")]
    shuffled = random.Random(1).sample(names, len(names))
    place = place_of(*shuffled)
    found = list_place(place, names[:7])
    assert [*found.names()] == names
    assert all(each.source.listed_version for each in found.photographs)


def test_memory_does_not_grow_with_the_number_of_photographs(monkeypatch):
    monkeypatch.setattr(stored_texts, "RUN_TEXTS", 1_000)
    monkeypatch.setattr(stored_texts, "IN_MEMORY", 10_000)
    monkeypatch.setattr(stored_texts, "_READ", 2_000)

    class Many(PlaceInMemory):
        def files(self):
            for number in range(self.count):
                yield StoredFile(f"{number * 7919 % self.count:06}.png", number, f'"{number:032}"')

    def peak(count):
        place = Many({})
        place.count = count
        tracemalloc.start()
        found = list_place(place)
        assert sum(1 for each in found.photographs if each.source.listed_version) == count
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    assert peak(20_000) < 2 * peak(4_000)


def test_several_places_are_folders_of_their_names():
    places = {"a.tar/": place_of("1.png"), "sub/b.tar/": place_of("1.png", "p/2.png")}
    several = SeveralPlaces("data/", places)
    found = list_place(several)
    assert [*found.names()] == ["a.tar/1.png", "sub/b.tar/1.png", "sub/b.tar/p/2.png"]
    assert several.read("sub/b.tar/p/2.png", 100).data == PNG
    assert several.version("a.tar/1.png") == places["a.tar/"].version_of("1.png")
    assert found.photographs[2].source == found.photographs[2].source


def test_what_is_in_none_of_several_places_says_so():
    several = SeveralPlaces("data/", {"a.tar/": place_of("1.png")})
    with pytest.raises(PhotographError) as raised:
        several.read("c.tar/1.png", 100)
    assert raised.value.code == "missing-entry"


def test_a_file_may_have_neither_size_nor_version():
    class Bare(PlaceInMemory):
        def files(self):
            yield StoredFile("1.png")

    (listed,) = list_place(Bare({})).photographs
    assert (listed.source.size, listed.source.listed_version) == (None, None)
