"""What a dishonest or curious site or coordinator tries in a federation, and does not get."""

import dataclasses
import os
import shutil

import numpy as np
import pytest

from gantei.errors import SettingError
from gantei_export.federating.federated_fit import FederatedFit
from gantei_export.federating.federation_files import read_message
from gantei_export.federating.logistic_round import found_slopes
from gantei_export.federating.logistic_search import asked_slopes
from gantei_export.federating.message_records import RoundMessage
from gantei_export.federating.round_steps import NextRound
from gantei_export.federating.rounds import first_state, next_state, site_sums, sums_size
from gantei_export.federating.site_rows import SiteRows
from gantei_export.federating.site_state import federations_folder, kept_embeddings
from gantei_export.federating.starting import head_settings
from gantei_export.federating.succession import is_same
from gantei_export.federating.trusted_parties import parties

from ..signed import Publisher
from .federated import EYE, federated, sites_of
from .federations import SITES, Federation, home

pytest.importorskip("scipy", reason="heads need scipy")
pytest.importorskip("cryptography", reason="masks need cryptography")


def test_a_site_of_one_or_two_people_of_a_class_is_told_what_would_become_known():
    """All others of a class may be at one site, which would take them out of its sum."""
    site, fit = sites_of(EYE)[0], FederatedFit(EYE)
    state = first_state(fit, 24, [70, 60, 50])
    for few, refused in [(1, True), (2, True), (3, False), (0, False)]:
        rare = dataclasses.replace(site, truths=(site.persons < few).astype(np.intp))
        if refused:
            with pytest.raises(SettingError, match=f"{few} people of eye 'right' here"):
                site_sums(fit, state, rare)
        else:
            assert len(site_sums(fit, state, rare)) == sums_size(fit, state)


def rows_from_curvatures(curvatures):
    """Compute the rows, each ending in a 1, of which these are sums of x xᵀ by other weights."""
    linalg = pytest.importorskip("scipy.linalg")
    sizes, axes = np.linalg.eigh(curvatures[0])
    inside = axes[:, sizes > 1e-9 * sizes[-1]]
    first, second = (inside.T @ each @ inside for each in (curvatures[0], curvatures[-1]))
    _, vectors = linalg.eigh(second, first)
    found = np.linalg.inv(vectors) @ inside.T
    return found / found[:, -1:]


def test_a_large_site_cannot_compute_the_rows_of_the_others_from_the_total_less_its_own():
    sites, fit = sites_of(EYE, sizes=(1000, 20, 20), width=64), FederatedFit(EYE, (30.0,))
    _, asked = federated(fit, sites)
    rows = np.vstack([SiteRows.of(fit, asked[1], each).rows for each in sites[1:]])
    slopes = [each for each in asked if each.step == "slopes"]
    known = [sum(site_sums(fit, each, site) for site in sites[1:]) for each in slopes]
    curvatures = [
        each[0, :, 0]
        for state, total in zip(slopes, known, strict=True)
        for each in found_slopes(asked_slopes(state), total).curvatures
    ]

    def recovered(real, found):
        return sum(bool((np.abs(found[:, :-1] - row).max(axis=1) < 1e-3).any()) for row in real)

    assert recovered(rows, rows_from_curvatures(curvatures)) == 0
    assert sum(map(len, known)) < rows.size
    # Of as few rows as wide ones, the same attack has them all.
    few = np.hstack((rows[:10], np.ones((10, 1))))
    weighted = [few.T @ np.diag(each) @ few for each in (np.arange(1, 11.0), np.ones(10))]
    assert recovered(rows[:10], rows_from_curvatures(weighted)) == 10


def test_false_slopes_of_a_site_lead_to_no_coefficients_that_single_out_few_people():
    sites, fit = sites_of(EYE, sizes=(100, 100, 100)), FederatedFit(EYE, (10.0,))
    state = first_state(fit, 24, [100, 100, 100])
    for _ in range(3):
        sums = [site_sums(fit, state, each) for each in sites]
        if state.step == "slopes" and "fits" in state.arrays:
            asked = asked_slopes(state)
            sums[0][2 : 2 + asked.points.shape[-1]] = 1e9 * np.random.default_rng(1).normal(
                size=asked.points.shape[-1]
            )
        state = next_state(fit, state, sum(sums))
    points = asked_slopes(state).points
    # The penalty of a longer kernel alone is more than equal chances lose.
    longest = np.sqrt(2 * state.count("photographs") * np.log(2) / 10)
    assert np.linalg.norm(points[0, 0, :-1]) == pytest.approx(longest)
    with pytest.raises(SettingError, match="lose far more than none at all"):
        site_sums(fit, state, sites[1])


def test_false_moments_of_a_site_by_which_rows_would_be_stretched_are_noticed():
    sites, fit = sites_of(EYE, sizes=(100, 100, 100)), FederatedFit(EYE, (10.0,))
    state = first_state(fit, 24, [100, 100, 100])
    total = sum(site_sums(fit, state, each) for each in sites)
    squares = slice(len(total) - 24, None)
    means = total[len(total) - 48 : len(total) - 24] / total[1]
    total[squares] = total[1] * means**2 * (1 + 1e-6)  # as if hardly anything varied
    state = next_state(fit, state, total)
    with pytest.raises(SettingError, match="vary more than the sums of all sites say"):
        site_sums(fit, state, sites[1])


@pytest.mark.parametrize("strengths", ["0.001", "1e-9,10", "1e9", ",".join(map(str, range(1, 52)))])
def test_no_plan_has_strengths_by_which_sums_would_be_of_few_people(strengths):
    """A head with hardly any penalty grows until only those nearest to the other class count."""
    with pytest.raises(SettingError, match="strengths"):
        head_settings(strengths=strengths)


@pytest.fixture(scope="module")
def joined(tmp_path_factory):
    """A federation whose sites have round 1 to answer."""
    pytest.importorskip("sklearn", reason="needs the extra study")
    folder = tmp_path_factory.mktemp("joined")
    federation = Federation(folder / "files", kind="number")
    with home(folder / "home"):
        assert federation.start() == 0
        federation.sites()
        assert federation.combine() == 1
    return federation


@pytest.fixture
def federation(joined, tmp_path, monkeypatch):
    """A copy of it."""
    shutil.copytree(joined.folder.parent / "home", tmp_path / "home")
    monkeypatch.setenv("GANTEI_HOME", str(tmp_path / "home"))
    return joined.copy(tmp_path / "files")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.parametrize("name", ["federation.json", "sums.bin", "model.sig"])
def test_a_pipe_or_link_in_the_place_of_a_file_is_refused_at_once(federation, capsys, name):
    file = federation.folder / "round-1" / name
    file.rename(federation.folder / "kept")
    os.mkfifo(file)
    assert federation.site("a", round=1) == 2
    file.unlink()
    file.symlink_to(federation.folder / "kept")
    assert federation.site("a", round=1) == 2
    said = capsys.readouterr().err
    assert said.count(f"{name}: is not a plain file") == 2


def test_a_site_where_another_number_of_photographs_can_be_read_than_when_it_joined_is_refused(
    federation, capsys
):
    """Its answer would differ from the ones before by a person."""
    for file in federations_folder().glob("*/*/embeddings.npy"):
        embeddings = kept_embeddings(file.parent, 20)
        embeddings[3] = np.nan
        np.save(file, embeddings)
    assert federation.site("a", round=1) == 2
    assert "here now, and this site joined with 15 and 20" in capsys.readouterr().err
    assert not federation.answer("a", 1).exists()


def test_a_key_that_is_trusted_and_takes_no_part_is_named(federation, tmp_path, capsys):
    away = Publisher(tmp_path / "away")
    away.public = away.public.rename(away.public.with_name("away.pub"))
    trust = [federation.coordinator, *federation.keys.values()]
    assert federation.site("a", round=1, trust=trust) == 0
    assert "Without part" not in capsys.readouterr().out
    assert federation.site("b", round=1, trust=[*trust, away]) == 0
    assert "Without part, although --trust names them: away.pub" in capsys.readouterr().out


def test_small_numbers_that_a_coordinator_changed_are_noticed_too(federation):
    """Embeddings may all be small, and so what they are divided by."""
    for name in SITES:
        assert federation.site(name, round=1) == 0
    assert federation.combine(round=1) == 1
    keys = parties([federation.coordinator.public])
    told = read_message(federation.folder / "round-2", RoundMessage, keys)
    small = {**told.arrays, "scale": told.arrays["scale"] * 1e-8}
    other = {**small, "scale": small["scale"] * [1, 1, 1.01]}
    told = dataclasses.replace(told, arrays=small)
    assert is_same(NextRound(told.record.step, small), told)
    assert not is_same(NextRound(told.record.step, other), told)
