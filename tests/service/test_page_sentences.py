"""What the server says of photographs and values is said on the page in Japanese too."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from gantei.errors import PhotographError
from gantei.manifests.manifest import InputSpec
from gantei.manifests.tables import Drift, Variant
from gantei.photographs.network_view import look, view_spec
from gantei.photographs.photograph import open_photograph, read
from gantei.photographs.preprocessing import findings_on

from ..conftest import made_picture
from .browsing import needs_browser
from .conftest import encoded_picture

pytest.importorskip("fastapi", reason="the service's packages are not installed")
pytest.importorskip("playwright", reason="playwright is not installed")

# Not before: a module that skipped itself has none of these names.
from .test_page_rules import module

pytestmark = [pytest.mark.reference, needs_browser]
__all__ = ["module"]


def written(mode, format="PNG", **options):
    """A picture of a mode, as a file."""
    file = BytesIO()
    Image.fromarray(made_picture(1)).convert(mode).save(file, format, **options)
    return file.getvalue()


def coloured(*channels):
    """A picture of one colour, as a file."""
    file = BytesIO()
    Image.new("RGB", (64, 64), channels).save(file, "PNG")
    return file.getvalue()


def of_many_scans():
    data = encoded_picture(1, 64, "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + 101 * data[last:-2] + b"\xff\xd9"


def of_two_frames():
    frames = [Image.fromarray(made_picture(number)) for number in (1, 2)]
    file = BytesIO()
    frames[0].save(file, "WebP", save_all=True, append_images=frames[1:])
    return file.getvalue()


def of_many_pixels():
    data = bytearray(encoded_picture(1, 64, "BMP"))
    data[18:26] = (20_000).to_bytes(4, "little") * 2
    return bytes(data)


def with_run_lengths():
    data = bytearray(written("P", "BMP"))
    data[30] = 1
    return bytes(data)


BAD = {
    "ランレングス圧縮": with_run_lengths(),
    "白黒の画像": written("L"),
    "三色の値が等しい": coloured(90, 90, 90),
    "一色だけ": coloured(200, 0, 0),
    "真っ黒": coloured(0, 0, 0),
    "値の範囲が分かりません": written("F", "TIFF"),
    "PNG ファイルが壊れているか": encoded_picture(1)[:-20],
    "JPEG ファイルが壊れているか": encoded_picture(1, 64, "JPEG")[:-20],
    "空のファイル": b"",
    "DICOM": bytes(128) + b"DICM",
    "受け付ける画像形式ではありません": b"no picture",
    "複数の画像を含む WebP": of_two_frames(),
    "100 回を超える": of_many_scans(),
    "20000 × 20000 画素": of_many_pixels(),
}


@pytest.mark.parametrize("words", BAD)
def test_what_is_wrong_with_a_photograph(module, words):
    with pytest.raises(PhotographError) as caught:
        read(BAD[words])
    assert "allow_grey" not in caught.value.finding.text()  # nothing that a client could choose
    assert words in in_japanese(module, caught.value.finding.text())


def test_what_the_decoder_that_works_as_tensorflows_does_not_read(module):
    sound = encoded_picture(1, 64, "JPEG", progressive=True)
    start = sound.index(b"\xff\xda")
    for data, words in (
        (sound[:start] + b"abc" + sound[start:], "TensorFlow 相当のデコーダーで読めない"),
        (sound[: sound.rindex(b"\xff\xda")] + b"\xff\xd9", "最後の部分が欠けています"),
    ):
        with pytest.raises(PhotographError) as caught:
            read(data, decoder="tensorflow")
        assert words in in_japanese(module, caught.value.finding.text())


def odd_about(pixels, spec):
    return findings_on(look(open_photograph(pixels), view_spec(spec)), spec)


def test_what_is_odd_about_a_photograph(module):
    spec = InputSpec(
        size=(64, 64),
        colour="rgb",
        crop="disc",
        mirror="none",
        decoder="pillow",
        resampling="bilinear",
        scale="in-graph",
    )
    even, bright = np.full((50, 50, 3), (150, 80, 40), np.uint8), np.zeros((90, 90, 3), np.uint8)
    bright[20:70, 20:40] = (150, 80, 40)
    whole, enlarged = odd_about(even, spec)
    part, *_ = odd_about(bright, spec)
    assert "画像全体" in in_japanese(module, whole)
    assert "50 × 50 画素から" in in_japanese(module, enlarged)
    assert "64 × 64 に拡大" in in_japanese(module, enlarged)
    assert "明るい部分全体" in in_japanese(module, part)
    _, stretched, *_ = odd_about(bright, spec.model_copy(update={"crop": "box"}))
    assert "20 × 50 画素を、64 × 64 に引き伸ばし" in in_japanese(module, stretched)


def test_how_far_a_variant_lies_from_its_original(module):
    drift = [
        Drift(value=value, unit=unit, mean=0, percentile_95=0, largest=largest, limit=1)
        for value, unit, largest in (("age", "years", 0.0523), ("male", "probability", 0.0016))
    ]
    variant = Variant(
        of="demo-age", of_sha256="0" * 64, precision="fp16", calibrated_on=0, measured_on=168,
        drift=drift, cost=[],
    )  # fmt: skip
    assert in_japanese(module, variant.finding()) == (
        "demo-age の fp16 版です。"
        "写真 168 枚での元との差は最大で年齢 0.0523 歳、男性 0.0016(確率)でした"
    )


def test_a_sentence_that_is_not_known_is_left_to_the_english(module):
    assert module("sentences", "(m, text) => m.inJapanese(text)", "something new") is None


def in_japanese(module, sentence):
    text = sentence if isinstance(sentence, str) else sentence.text()
    said = module("sentences", "(m, text) => m.inJapanese(text)", text)
    assert said, f"not known to sentences.js: {sentence}"
    return said
