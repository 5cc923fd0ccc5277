"""Every way to store colour becomes 8-bit RGB; pictures without colour are refused."""

import numpy as np
import pytest
from PIL import Image

from gantei.errors import PhotographError
from gantei.photographs.photograph import open_photograph, read

from .pictures import pillow, png16, refused, tiff16


def test_cmyk_jpegs_as_adobe_inverts_them_come_out_in_their_colours(fundus, encoded):
    data = encoded(fundus.convert("CMYK"), "JPEG", quality=95)
    assert b"Adobe" in data
    assert np.abs(read(data).astype(int) - np.asarray(fundus)).mean() < 4


def test_ycck_jpegs_come_out_as_pillow_decodes_them(fundus, encoded):
    # Pillow writes no YCCK: the Adobe marker's last byte says which the four channels are.
    data = bytearray(encoded(fundus.convert("CMYK"), "JPEG"))
    data[data.index(b"Adobe") + 11] = 2
    assert np.array_equal(read(bytes(data)), pillow(bytes(data)))


def test_palette_colours_are_looked_up(fundus, encoded):
    palette = fundus.quantize(32)
    assert np.array_equal(read(encoded(palette, "PNG")), palette.convert("RGB"))


def test_a_transparent_colour_of_a_palette_becomes_black(fundus, encoded):
    palette = fundus.quantize(32)
    gone = palette.getpixel((120, 90))
    pixels = read(encoded(palette, "PNG", transparency=gone))
    transparent = np.asarray(palette) == gone
    assert not pixels[transparent].any()
    assert np.array_equal(pixels[~transparent], np.asarray(palette.convert("RGB"))[~transparent])


@pytest.mark.parametrize("format", ["PNG", "TIFF", "image", "array"])
def test_alpha_is_laid_over_black(fundus, encoded, format):
    alpha = Image.linear_gradient("L").resize(fundus.size)
    layered = fundus.copy()
    layered.putalpha(alpha)
    black = Image.new("RGBA", fundus.size, (0, 0, 0, 255))
    expected = np.asarray(Image.alpha_composite(black, layered).convert("RGB"))
    source = {"image": layered, "array": np.asarray(layered)}.get(format)
    pixels = read(encoded(layered, format) if source is None else source)
    assert np.abs(pixels.astype(int) - expected).max() <= 1


@pytest.mark.parametrize("make", [png16, tiff16, lambda pixels: pixels])
def test_sixteen_bits_become_eight_by_scaling_not_clipping(fundus, make):
    deep = np.asarray(fundus).astype(np.uint16) * 257
    assert np.array_equal(read(make(deep)), fundus)


@pytest.mark.parametrize("make", [png16, tiff16])
def test_sixteen_grey_bits_become_eight_by_scaling_not_clipping(fundus, make):
    grey = np.asarray(fundus.convert("L"))[..., None]
    pixels = read(make(grey.astype(np.uint16) * 257), allow_grey=True)
    assert np.array_equal(pixels, np.repeat(grey, 3, axis=2))


def test_grey_pictures_are_refused_before_decoding_unless_allowed(fundus, encoded):
    grey = fundus.convert("L")
    for source in (encoded(grey, "JPEG"), encoded(grey, "PNG"), grey, np.asarray(grey)):
        with pytest.raises(PhotographError, match=r"allow_grey=True \(--allow-grey\)"):
            open_photograph(source)
        pixels = read(source, allow_grey=True)
        assert np.abs(pixels.astype(int) - np.asarray(grey)[..., None]).mean() < 3
    refused(encoded(grey.convert("1"), "PNG"), "grey picture")
    refused(grey.convert("LA"), "grey picture")


@pytest.mark.parametrize("quality", [30, 75, 95])
def test_grey_or_single_channel_pictures_saved_as_colour_are_refused(fundus, encoded, quality):
    grey = fundus.convert("L")
    dark = Image.new("L", grey.size)
    for channels in ([grey] * 3, [dark, grey, dark], [grey, dark, dark]):
        image = Image.merge("RGB", channels)
        data = encoded(image, "JPEG", quality=quality)
        refused(data, "no colour", "allow_grey=True")
        assert np.array_equal(read(data, allow_grey=True), pillow(data))


@pytest.mark.parametrize("light", [1.0, 0.3, 0.15])
@pytest.mark.parametrize("tint", [(1, 1, 1), (1, 0.5, 0.2), (1, 0.4, 0), (0.6, 1, 0.8)])
def test_colour_photographs_pass_however_dim_or_tinted(fundus, encoded, light, tint):
    pixels = (np.asarray(fundus) * np.array(tint) * light).astype(np.uint8)
    data = encoded(Image.fromarray(pixels), "JPEG", quality=80)
    assert np.array_equal(read(data), pillow(data))


def test_a_black_picture_is_refused_even_where_grey_is_allowed():
    refused(np.zeros((64, 64, 3), np.uint8), "black picture", allow_grey=True)
