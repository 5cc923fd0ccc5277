"""The age estimator's own preprocessing, written as its author describes it, beside ours.

PyTorch, timm and Pillow alone: 384 px, left eyes mirrored, mean and deviation of ImageNet.
"""

import numpy as np
import pytest
from PIL import Image

import gantei
from gantei.command_line import main
from gantei.demo import draw_photograph, person

pytestmark = pytest.mark.reference
SIDE, SEED = 384, 7
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
ALLOWED = 1e-3
"""Years."""


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """Swin-B/384 of timm with random weights that behave, and the file that torch.save writes."""
    torch = pytest.importorskip("torch")
    timm = pytest.importorskip("timm")
    torch.manual_seed(11)
    made = timm.create_model("swin_base_patch4_window12_384", num_classes=1)
    with torch.no_grad():
        for name, weight in made.named_parameters():
            noise = torch.randn_like(weight)
            if "norm" in name:
                weight.add_(0.1 * noise)
            elif name.endswith("relative_position_bias_table"):
                weight.copy_(0.5 * noise)
            elif name.endswith("bias"):
                weight.copy_(0.02 * noise)
        made.head.weight.normal_()
        made.head.bias.fill_(50)
    file = tmp_path_factory.mktemp("published") / "model_20220903.pth"
    torch.save(made.state_dict(), file)
    return made.eval(), file


def by_its_author(network, picture, eye):
    """Read, mirror a left eye, resize, normalise, and ask timm."""
    import torch
    from torchvision import transforms

    image = Image.open(picture).convert("RGB")
    if eye == "left":
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    steps = [
        transforms.Resize((SIDE, SIDE)),
        transforms.ToTensor(),
        transforms.Normalize(MEAN, DEVIATION),
    ]
    with torch.inference_mode():
        return float(network(transforms.Compose(steps)(image)[None])[0, 0])


def cropped(folder, number, eye, size, kind):
    """Draw a photograph, cut off its black margin, and make it `size` px where one is given."""
    who = person(SEED, number)
    image = draw_photograph(SEED, who, who.eyes[0], scale=0.4).image
    lit = np.asarray(image).max(2) > 20
    rows, columns = np.flatnonzero(lit.any(1)), np.flatnonzero(lit.any(0))
    image = image.crop((columns[0], rows[0], columns[-1] + 1, rows[-1] + 1))
    if size:
        image = image.resize((size, size), Image.Resampling.BILINEAR)
    path = folder / f"{number}-{eye}.{kind}"
    image.save(path, **({"quality": 95} if kind == "jpg" else {}))
    return path


def test_a_photograph_answers_as_by_the_authors_own_steps(network, tmp_path):
    model, file = network
    assert main(["import", "joir-age-swin-b", str(file), "--verify"]) == 0
    estimator = gantei.load("joir-age-swin-b")
    for number, (eye, size, kind) in enumerate(
        [
            ("right", SIDE, "png"),
            ("left", SIDE, "png"),
            ("right", SIDE, "jpg"),
            ("left", SIDE, "jpg"),
            ("right", None, "jpg"),
            ("left", None, "jpg"),
        ],
        start=1,
    ):
        path = cropped(tmp_path, number, eye, size, kind)
        expected = by_its_author(model, path, eye)
        (prediction,) = estimator.predict([path], eyes=eye)
        assert abs(prediction.values["age"] - expected) <= ALLOWED, (eye, size, kind)
    # and the eye matters to this network, so that a swapped side would have been seen
    other = estimator.predict([path], eyes="right")[0].values["age"]
    assert abs(other - expected) > 10 * ALLOWED
