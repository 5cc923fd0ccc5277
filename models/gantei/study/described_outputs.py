"""What a run manifest says of each output: its kind, unit and classes, and its columns."""

from typing import Any

from ..manifests.manifest import Binary, Manifest, Regression
from ..manifests.output_kinds import output_classes


def described_outputs(name: str, manifest: Manifest) -> list[dict[str, Any]]:
    """Describe the outputs of an estimator, in the order of their columns.

    Args:
        name: of the estimator, with which its columns begin.
        manifest: of the estimator.

    Returns:
        For each: `estimator`, `name`, `kind`, `unit`, `classes` (of a binary output the negative
        one first, of a number none), `positive` (None of any but a binary one), `columns` and
        `weights_sha256`.

    >>> from gantei.study.described_outputs import described_outputs
    >>> (sex,) = described_outputs("demo-sex", gantei.load("demo-sex").manifest)
    >>> sex["kind"], sex["classes"], sex["positive"], sex["columns"]
    ('binary', ['female', 'male'], 'male', ['demo-sex.male'])
    """
    return [
        {
            "estimator": name,
            "name": output,
            "kind": spec.kind,
            "unit": spec.unit if isinstance(spec, Regression) else "probability",
            "classes": output_classes(spec),
            "positive": spec.positive if isinstance(spec, Binary) else None,
            "columns": [f"{name}.{value}" for value in spec.value_names(output)],
            "weights_sha256": manifest.weights.sha256 if manifest.weights else "",
        }
        for output, spec in manifest.output.items()
    ]
