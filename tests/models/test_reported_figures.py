"""What publishers report stands beside what was measured, of the very weights only."""

from dataclasses import replace

from gantei.catalogue.entries import find
from gantei.evaluation.reported_figures import reported_figures
from gantei.labels.estimated_output import EstimatedOutput


def sex_output():
    weights = find("demo-sex").manifest.weights.sha256
    return EstimatedOutput(
        *("demo-sex", "sex", "binary", "probability"),
        ("female", "male"),
        ("demo-sex.male",),
        weights,
    )


def test_reported_figures_have_the_code_of_the_same_figure_here():
    found = {each.metric: each for each in reported_figures([sex_output()])}
    reported = {each.metric: each.value for each in find("demo-sex").manifest.reported}
    assert {name: each.value for name, each in found.items()} == reported
    assert (found["AUC"].code, found["accuracy"].code) == ("auc", "accuracy")


def test_figures_of_other_weights_are_left_out():
    assert reported_figures([replace(sex_output(), weights_sha256="0" * 64)]) == ()


def test_an_estimator_that_is_not_here_has_none():
    assert reported_figures([replace(sex_output(), estimator="elsewhere")]) == ()


def test_an_estimator_of_two_outputs_is_told_once():
    output = sex_output()
    assert len(reported_figures([output, replace(output, name="other")])) == 2
