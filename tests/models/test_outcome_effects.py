"""How an outcome differs between two groups: the models of statsmodels, and words where none is."""

import numpy as np
import pytest

from gantei.statistics.outcome_effects import outcome_effect


def drawn(seed, count=150):
    random = np.random.default_rng(seed)
    group = random.random(count) < 0.4
    age = random.uniform(30, 80, count)
    number = 0.7 * group + 0.03 * age + random.normal(size=count)
    return group, np.column_stack((age, age > 60)), number, (number > np.median(number)) * 1.0


@pytest.mark.reference
@pytest.mark.parametrize("covariates", [0, 2])
@pytest.mark.parametrize("binary", [False, True])
def test_differences_and_their_variances_are_those_of_statsmodels(covariates, binary):
    models = pytest.importorskip("statsmodels.api")
    group, beside, number, two = drawn(3)
    beside = beside[:, :covariates]
    design = np.column_stack((np.ones(len(group)), group, beside))
    if binary:
        fit = models.Logit(two, design).fit(method="newton", tol=1e-14, disp=0)
    else:
        fit = models.OLS(number, design).fit()
    found = outcome_effect(two if binary else number, group, beside, binary=binary)
    assert found.value == pytest.approx(fit.params[1], rel=1e-9)
    assert found.variance == pytest.approx(fit.bse[1] ** 2, rel=1e-7)
    assert found.freedom == fit.df_resid


def test_a_category_that_one_group_lacks_is_separable_and_one_group_alone_is_one_class():
    group, _, number, _ = drawn(4)
    none = np.empty((len(group), 0))
    assert outcome_effect(group * 1.0, group, none, binary=True).why == "separable"
    assert outcome_effect(np.ones(len(group)), group, none, binary=True).why == "one-class"
    alone = np.ones(len(group), np.bool_)
    assert outcome_effect(number, alone, none, binary=False).why == "one-class"
    assert outcome_effect(np.ones(len(group)), group, none, binary=False).why == "no-spread"
    same = group[:, None] * 2.0
    assert outcome_effect(number, group, same, binary=False).why == "no-spread"
