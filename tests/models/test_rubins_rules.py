"""Rubin's rules: the answers of R's mice and of statsmodels, and of complete data alone."""

import math

import numpy as np
import pytest

from gantei.statistics.rubins_rules import combined, complete_estimate

stats = pytest.importorskip("scipy.stats", reason="needs the extra study")
VALUES = (0.88, 0.91, 0.87, 0.93, 0.90)
VARIANCES = (0.0078, 0.0081, 0.0075, 0.0080, 0.0079)
OF_MICE = {
    598: (291.878649612368, 0.0862956536838467),
    37: (30.7432094190756, 0.1345823399160919),
    math.inf: (624.123114804553, 0.0829900337459210),
}
"""By the degrees of freedom of complete data, those and the fraction of missing information that
pool.scalar of mice 3.15 gives of the same numbers."""


@pytest.mark.parametrize("complete", OF_MICE)
def test_the_combined_estimate_is_that_of_mice(complete):
    freedom, missing = OF_MICE[complete]
    found = combined(VALUES, VARIANCES, complete)
    assert found.value == pytest.approx(0.898, rel=1e-12)
    assert found.error**2 == pytest.approx(0.008544, rel=1e-12)
    assert found.freedom == pytest.approx(freedom, rel=1e-12)
    assert found.fraction_missing == pytest.approx(missing, rel=1e-12)
    assert found.variance_missing == pytest.approx(0.080056179775281, rel=1e-12)
    reach = stats.t.ppf(0.975, freedom) * found.error
    assert (found.low, found.high) == pytest.approx((0.898 - reach, 0.898 + reach), rel=1e-10)
    assert found.p == pytest.approx(2 * stats.t.sf(0.898 / found.error, freedom), rel=1e-9)


class Sets:
    """Imputed sets as statsmodels' MI takes them."""

    def __init__(self, sets):
        self._sets = iter(sets)
        self.data = sets[0]

    def update(self):
        self.data = next(self._sets)


@pytest.mark.reference
def test_what_several_sets_combine_to_is_what_statsmodels_combines():
    models = pytest.importorskip("statsmodels.api")
    pandas = pytest.importorskip("pandas")
    from statsmodels.imputation.bayes_mi import MI

    random = np.random.default_rng(5)
    outcome = random.normal(size=80)
    sets = [
        pandas.DataFrame({"one": 1.0, "sex": (random.random(80) < 0.5) * 1.0, "outcome": outcome})
        for _ in range(8)
    ]
    pooled = MI(
        Sets(sets),
        models.OLS,
        model_args_fn=lambda data: (data["outcome"], data[["one", "sex"]]),
        nrep=len(sets),
        burn=0,
        skip=0,
    ).fit()
    each = [models.OLS(data["outcome"], data[["one", "sex"]]).fit() for data in sets]
    found = combined(
        [fit.params["sex"] for fit in each], [fit.bse["sex"] ** 2 for fit in each], math.inf
    )
    assert found.value == pytest.approx(pooled.params[1], rel=1e-9)
    assert found.error == pytest.approx(pooled.bse[1], rel=1e-9)
    assert found.variance_missing == pytest.approx(pooled.fmi[1], rel=1e-9)


def test_sets_that_agree_say_what_complete_data_say():
    found = combined([0.4] * 5, [0.01] * 5, 98)
    assert found == complete_estimate(found.value, 0.01, 98)
    assert found.fraction_missing == 0
