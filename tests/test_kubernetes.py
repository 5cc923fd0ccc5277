"""The examples for Kubernetes are what its schemas describe, also with the patch for a GPU."""

import copy
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "docs/deployment"
OLDEST = "1.29"
"""Of the versions that are tried: what the oldest clusters that anybody supports may have."""


@pytest.fixture(scope="module")
def validate():
    """`validate(document)`: hold it against the schemas of every version that is tried."""
    package = pytest.importorskip("kubernetes_validate", reason="kubernetes-validate is missing")
    every = [text for text in package.utils.all_versions() if number(text) >= number(OLDEST)]
    tried = (every[0], package.latest_version())
    assert number(tried[0]) < number(tried[1])

    def hold(document):
        for version in tried:
            package.validate(copy.deepcopy(document), version, strict=True)

    return hold


def number(version):
    return tuple(map(int, version.split(".")[:2]))


def documents(name):
    yaml = pytest.importorskip("yaml")
    return [*yaml.safe_load_all((FOLDER / name).read_text("utf-8"))]


def patched(document, patch):
    """What `kubectl patch` makes: tables merge, containers by name; null deletes."""
    if isinstance(patch, dict):
        there = document if isinstance(document, dict) else {}
        merged = there | {key: patched(there.get(key), value) for key, value in patch.items()}
        return {key: value for key, value in merged.items() if value is not None}
    named = isinstance(patch, list) and all(
        isinstance(each, dict) and "name" in each for each in patch
    )
    if named and isinstance(document, list):
        theirs = {each["name"]: each for each in patch}
        return [patched(each, theirs.get(each["name"], {})) for each in document]
    return patch


def test_every_document_is_valid(validate):
    read = documents("kubernetes.yaml")
    assert {each["kind"] for each in read} >= {"Deployment", "Service", "NetworkPolicy"}
    for each in read:
        validate(each)


def test_the_deployment_is_valid_with_the_patch_for_a_gpu(validate):
    deployment, (patch,) = documents("kubernetes.yaml")[0], documents("kubernetes-gpu.yaml")
    both = patched(deployment, patch)
    validate(both)
    (container,) = both["spec"]["template"]["spec"]["containers"]
    assert container["resources"]["limits"]["nvidia.com/gpu"] == 1
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert both["spec"]["strategy"] == {"type": "Recreate"}


@pytest.mark.parametrize("name", ["kubernetes-predict.yaml", "kubernetes-merge.yaml"])
def test_the_jobs_of_a_study_in_shards_are_valid(name, validate):
    for each in documents(name):
        validate(each)


def test_the_autoscaler_is_valid_also_with_the_metric_of_the_page_and_means_that_deployment(
    validate,
):
    deployment, (autoscaler, budget) = (
        documents("kubernetes.yaml")[0], documents("kubernetes-scale.yaml")
    )  # fmt: skip
    validate(autoscaler)
    validate(budget)
    scaled = autoscaler["spec"]["scaleTargetRef"]
    assert scaled == {
        "apiVersion": deployment["apiVersion"], "kind": deployment["kind"],
        "name": deployment["metadata"]["name"],
    }  # fmt: skip
    assert budget["spec"]["selector"] == deployment["spec"]["selector"]
    page = (FOLDER.parent / "scaling.md").read_text("utf-8")
    (block,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    (metrics,) = pytest.importorskip("yaml").safe_load(block)["spec"]["metrics"]
    autoscaler["spec"]["metrics"] = [metrics]
    validate(autoscaler)
    metric = metrics["pods"]["metric"]["name"]
    assert f"`{metric}`" in (FOLDER.parent / "service.md").read_text("utf-8")


KSERVE = {"minReplicas": int, "maxReplicas": int, "scaleMetric": str, "scaleTarget": int}
"""Of KServe's ComponentExtensionSpec what is used; all else of a predictor is a pod."""


def test_the_service_of_kserve_is_the_pod_of_the_deployment(validate):
    deployment, (service,) = documents("kubernetes.yaml")[0], documents("kserve.yaml")
    assert (service["apiVersion"], service["kind"]) == (
        "serving.kserve.io/v1beta1", "InferenceService",
    )  # fmt: skip
    pod = service["spec"]["predictor"]
    assert all(isinstance(pod.pop(key), kind) for key, kind in KSERVE.items())
    expected = deployment["spec"]["template"]["spec"]
    expected["containers"][0]["name"] = "kserve-container"  # as KServe looks for it
    assert pod == expected
    validate(deployment)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda pod: pod.update(serviceAccount_token=False),
        lambda pod: pod["containers"][0]["ports"][0].update(containerPort="http"),
        lambda pod: pod["containers"][0].pop("name"),
    ],
    ids=["unknown key", "wrong type", "missing key"],
)
def test_what_is_no_such_document_is_found(validate, spoil):
    import kubernetes_validate

    deployment = documents("kubernetes.yaml")[0]
    spoil(deployment["spec"]["template"]["spec"])
    with pytest.raises(kubernetes_validate.ValidationError):
        validate(deployment)
