"""A head of several sites: the one of all their rows on one pile."""

import dataclasses
import hashlib
import itertools

import numpy as np
import pytest

from gantei.errors import SettingError
from gantei_export.federating.federated_fit import FederatedFit, FitState
from gantei_export.federating.may_leave import width_that_may_leave
from gantei_export.federating.projection import projection
from gantei_export.federating.rounds import first_state, next_state, site_sums, sums_size
from gantei_export.learning.head_fitting import fit_head

from .federated import AGE, CAMERA, EYE, federated, pooled, sites_of

pytest.importorskip("scipy", reason="heads need scipy")
pytest.importorskip("cryptography", reason="masks need cryptography")


def centred(linear):
    """Take out what all classes have in common, which no chance depends on."""
    return linear - linear.mean(axis=1, keepdims=True) * (linear.shape[1] > 1)


def apart(found, expected, rows):
    """Give how far two heads are apart on rows, as a share of how far rows are."""
    first, second = (centred(each.linear(rows)) for each in (found, expected))
    return np.abs(first - second).max() / second.std()


@pytest.mark.parametrize(
    ("target", "sizes", "close", "rounds"),
    [
        (AGE, (70, 70, 65), 1e-10, 2),
        (EYE, (115, 115, 110), 1e-7, 12),
        (CAMERA, (250, 250, 250), 1e-7, 12),
    ],
)
@pytest.mark.parametrize("seed", [1, 2])
def test_the_head_of_all_sites_is_that_of_one_pile(target, sizes, close, rounds, seed):
    fit = FederatedFit(target)
    sites = sites_of(target, seed, sizes)
    found, asked = federated(fit, sites, masked=True)
    data, folds = pooled(fit, sites)
    expected = fit_head(data, strengths=fit.strengths, folds=folds)
    assert found.projected == data.embeddings.shape[1]
    assert found.strength == expected.strength
    assert found.at_edge == expected.at_edge
    assert apart(found.head, expected.head, data.embeddings) < close
    assert (found.people, found.photographs) == (data.people, len(data))
    assert len(asked) <= rounds
    best = min(found.strengths, key=lambda each: each.loss)
    # Fits by folds stop as soon as the best strength is clear.
    assert best.loss == pytest.approx(min(each.loss for each in expected.strengths), rel=5e-3)


@pytest.mark.parametrize("target", [AGE, EYE])
def test_the_order_of_sites_and_masks_change_nothing(target):
    fit = FederatedFit(target, strengths=(30.0, 300.0))
    sites = sites_of(target)
    found, _ = federated(fit, sites)
    for order in itertools.permutations(sites):
        other, _ = federated(fit, list(order), masked=True)
        # Fixed-point sums are the same in any order, to the last bit.
        assert np.array_equal(other.head.kernel, found.head.kernel)
        assert np.array_equal(other.head.bias, found.head.bias)


@pytest.mark.parametrize(("target", "close"), [(AGE, 1e-9), (EYE, 1e-6), (CAMERA, 1e-6)])
def test_the_head_is_that_of_scikit_learn(target, close):
    linear = pytest.importorskip("sklearn.linear_model", reason="compares with scikit-learn")
    from sklearn.preprocessing import StandardScaler

    fit = FederatedFit(target, strengths=(25.0,))
    sites = sites_of(target, sizes=(150, 150, 150))
    found, _ = federated(fit, sites)
    data, _ = pooled(fit, sites)
    rows = StandardScaler().fit_transform(data.embeddings)
    if target is AGE:
        model = linear.Ridge(alpha=25.0).fit(rows, data.truths)
        expected = model.predict(rows)[:, None]
    else:
        model = linear.LogisticRegression(
            C=1 / 25.0, tol=1e-12, max_iter=10_000, solver="newton-cg"
        )
        expected = model.fit(rows, data.truths).decision_function(rows).reshape(len(rows), -1)
    linear_values = found.head.linear(data.embeddings)
    assert np.abs(centred(linear_values) - centred(expected)).max() < close


def test_a_wide_embedding_is_projected_and_the_head_is_of_its_full_width():
    linear = pytest.importorskip("sklearn.linear_model", reason="compares with scikit-learn")
    sites, fit = sites_of(EYE, sizes=(44, 43, 43), width=100), FederatedFit(EYE, (40.0,))
    found, asked = federated(fit, sites)
    assert (found.projected, found.head.kernel.shape) == (32, (100, 1))  # 130 people / 4
    data, _ = pooled(fit, sites)
    standard = (data.embeddings - asked[1].arrays["mean"]) / asked[1].arrays["scale"]
    narrow = standard @ projection(100, 32, fit.seed)
    model = linear.LogisticRegression(C=1 / 40.0, tol=1e-12, solver="newton-cg")
    expected = model.fit(narrow, data.truths).decision_function(narrow)
    assert found.head.linear(data.embeddings)[:, 0] == pytest.approx(expected, abs=1e-6)


def test_the_projection_is_the_same_bits_on_every_machine():
    matrix = projection(2560, 256, seed=7)
    digest = hashlib.sha256(np.ascontiguousarray(matrix, "<f8").tobytes()).hexdigest()
    assert digest == "5fbb9973b45dabce8d5866ffde659b302ce89233252cf2293cc5e985c5d0d0fb"
    assert np.sum(matrix**2, axis=0) == pytest.approx(1)
    # Of a width that is a power of two, no length is lost or gained within what is left.
    square = projection(256, 256, seed=7)
    assert np.allclose(square.T @ square, np.eye(256), atol=1e-12)
    assert not np.array_equal(projection(256, 9, 1), projection(256, 9, 2))


@pytest.mark.parametrize(
    ("fit", "people", "expected"),
    [
        (FederatedFit(EYE), (400, 400, 400), 256),
        (FederatedFit(EYE, (40.0,)), (342, 341, 341), 256),
        (FederatedFit(EYE, (40.0,)), (341, 341, 341), 255),  # four people per number
        (FederatedFit(EYE), (342, 341, 341), 209),  # 545.6 >= 3.5 * 36 + 4 * 209 / 2
        (FederatedFit(EYE, projected=64), (400, 400, 400), 64),
        (FederatedFit(EYE), (100, 100, 100), 43),  # 160 >= 3.5 * 21 + 4 * 43 / 2
        # The largest site can take its own sums out of the total.
        (FederatedFit(EYE), (1000, 50, 50), 38),
        (FederatedFit(EYE), (10_000_000, 50, 50), 38),
        (FederatedFit(EYE, folds=3), (100, 100, 100), 41),
        (FederatedFit(AGE), (100, 100, 100), 38),  # 40 people in each fold, beside a 1 and the age
        (FederatedFit(AGE), (1000, 50, 50), 18),
        (FederatedFit(CAMERA), (200, 200, 200), 28),  # 320 >= 3.5 * 21 * 2 + 4 * 28 / 2 * 3
    ],
)
def test_embeddings_are_projected_to_what_may_leave(fit, people, expected):
    assert width_that_may_leave(fit, people, 256) == expected


@pytest.mark.parametrize(("target", "sizes"), [(EYE, (70, 60, 50)), (CAMERA, (200, 170, 170))])
def test_less_leaves_than_the_rows_of_all_people_but_one_sites_are(target, sizes):
    """So that other rows have the same sums: nobody can compute the real ones."""
    for seed in (1, 2, 3):
        sites, fit = sites_of(target, seed, sizes, width=40), FederatedFit(target)
        found, asked = federated(fit, sites)
        sent = sum(sums_size(fit, each) for each in asked if each.step == "slopes")
        assert sent <= (sum(sizes) - max(sizes)) * found.projected
        assert sum(len(each.arrays["curved"]) for each in asked if each.step == "slopes") <= 5


def test_of_few_people_fewer_strengths_are_compared():
    sites = sites_of(EYE, sizes=(60, 60, 60))
    found, _ = federated(FederatedFit(EYE), sites)
    assert [each.strength for each in found.strengths] == [10.0, 316.2, 10_000.0]
    one, _ = federated(FederatedFit(EYE), sites_of(EYE, sizes=(15, 15, 15)))
    assert (one.strength, one.strengths, one.at_edge) == (316.2, (), False)


def test_a_fit_that_would_need_more_than_may_leave_ends_with_an_error():
    sites, fit = sites_of(EYE), FederatedFit(EYE)
    state = first_state(fit, 24, [each.people for each in sites])
    for _ in range(2):
        total = sum(site_sums(fit, state, each) for each in sites)
        state = next_state(fit, state, total)
    full = FitState("slopes", {**state.arrays, "sent": np.array(110 * 24)})
    with pytest.raises(SettingError, match="more sums than may leave"):
        next_state(fit, full, sum(site_sums(fit, full, each) for each in sites))


@pytest.mark.parametrize(
    ("people", "said"),
    [
        ((500, 500), "2 sites"),
        ((500, 500, 9), "9 people"),
        ((10, 10, 11), "31 people in all, 20 without the largest site"),
    ],
)
def test_too_few_sites_or_people_are_refused(people, said):
    with pytest.raises(SettingError, match=said):
        first_state(FederatedFit(EYE), 256, people)


def test_a_site_with_other_data_than_it_joined_with_is_noticed():
    sites, fit = sites_of(EYE), FederatedFit(EYE)
    state = first_state(fit, 24, [each.people for each in sites])
    total = sum(site_sums(fit, state, each) for each in (sites[0], sites[0], sites[2]))
    with pytest.raises(SettingError, match="joined with 180"):
        next_state(fit, state, total)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"target": CAMERA}, "labels are of camera"),
        ({"embeddings": np.zeros((93, 25))}, "wide, not 24"),
        ({"embeddings": np.full((93, 24), np.nan)}, "not finite, or beyond"),
        ({"embeddings": np.full((93, 24), 1e10)}, "not finite, or beyond"),
        ({"truths": np.full(93, 2)}, "a label of eye"),
        ({"truths": np.full(93, -1)}, "a label of eye"),
        ({"augmented": np.zeros((93, 1, 24))}, "not of copies"),
    ],
)
def test_data_of_a_site_that_do_not_fit_are_refused_before_anything_is_summed(changes, said):
    site, fit = sites_of(EYE)[0], FederatedFit(EYE)
    assert len(site) == 93
    state = first_state(fit, 24, [70, 60, 50])
    with pytest.raises(SettingError, match=said):
        site_sums(fit, state, dataclasses.replace(site, **changes))


@pytest.mark.parametrize("step", ["moments", "slopes", "squares"])
def test_absurd_sums_are_refused(step):
    target = AGE if step == "squares" else EYE
    sites, fit = sites_of(target), FederatedFit(target)
    state = first_state(fit, 24, [each.people for each in sites])
    if step != "moments":
        state = next_state(fit, state, sum(site_sums(fit, state, each) for each in sites))
    assert state.step == step
    size = sums_size(fit, state)
    with pytest.raises(SettingError):
        next_state(fit, state, np.zeros(size))
    with pytest.raises(SettingError, match="were asked for"):
        next_state(fit, state, np.zeros(size + 1))
    with pytest.raises(SettingError):
        next_state(fit, state, np.full(size, np.nan))


def test_one_number_for_all_people_of_all_sites_is_refused():
    sites, fit = sites_of(AGE), FederatedFit(AGE)
    same = [dataclasses.replace(each, truths=np.full(len(each), 61.7)) for each in sites]
    state = first_state(fit, 24, [each.people for each in sites])
    state = next_state(fit, state, sum(site_sums(fit, state, each) for each in same))
    with pytest.raises(SettingError, match=r"all labels of all sites are 61\.7"):
        next_state(fit, state, sum(site_sums(fit, state, each) for each in same))


def test_a_class_with_too_few_people_is_named():
    sites, fit = sites_of(EYE), FederatedFit(EYE)
    state = first_state(fit, 24, [each.people for each in sites])
    lefts = [dataclasses.replace(each, truths=np.zeros(len(each), np.intp)) for each in sites]
    with pytest.raises(SettingError, match="0 people of 'right'"):
        next_state(fit, state, sum(site_sums(fit, state, each) for each in lefts))
