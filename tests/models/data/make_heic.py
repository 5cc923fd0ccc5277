"""Writes the HEIC files here, by pillow_heif (pip install pillow-heif), whose encoder is x265.

python -m tests.models.data.make_heic
"""

from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image

from ..conftest import _fundus

HERE = Path(__file__).parent


def main() -> None:
    """Write them all."""
    drawn = _fundus()
    width, height = drawn.size

    def write(name, *images, quality=50, thumbnails=()):
        made = pillow_heif.from_pillow(images[0])
        for image in images[1:]:
            made.add_from_pillow(image)
        made.info["thumbnails"] = list(thumbnails)
        made.save(HERE / f"{name}.heic", quality=quality)

    write("plain", drawn, quality=60)
    write("two", drawn, drawn.rotate(90), quality=30)
    write("thumbnail", drawn, thumbnails=[64])
    write("grey", drawn.convert("L"))
    through = drawn.convert("RGBA")
    through.putalpha(Image.linear_gradient("L").resize(drawn.size))
    write("alpha", through)
    # Its container turns it, and its EXIF says the same again.
    turned = pillow_heif.from_pillow(drawn)
    exif = Image.Exif()
    exif[0x0112] = 6
    turned.info["exif"] = exif.tobytes()
    turned.save(HERE / "turned.heic", quality=60)
    deep = np.asarray(drawn).astype(np.uint16) * 257
    made = pillow_heif.from_bytes("RGB;16", (width, height), deep.tobytes())
    made.save(HERE / "10-bits.heic", quality=60)


if __name__ == "__main__":
    main()
