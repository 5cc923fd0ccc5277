"""How much memory decoders take in the helper process, and how much they may."""

_PER_PIXEL = {
    "pillow_decoding:decode_avif": 16,
    "heif_decoding:decode": 16,
    "pillow_decoding:decode_jpeg2000": 28,
    "openjpeg_decoding:decode": 30,
    "native_decoding:decode": 26,
}
"""Bytes, of the libraries and of what is made of their pixels: as measured, and a fifth more."""
_YCBCR, _LOSSLESS = 48, 50
"""Bytes per pixel of DICOM: where colours are converted in float32, and where GDCM decodes."""
HELPER = 100 * 2**20
"""Bytes of a helper process with its libraries, which stays when its pictures are done."""
_MEMORY, _BYTES_PER_PIXEL = 128 * 2**20, 64
# OpenJPEG keeps two copies of 4 bytes for each of three colours, and what is made of them.


def helper_bytes(job: str, pixels: int, data: int, *, meaning: str = "", kind: str = "") -> int:
    """Estimate what a job takes in the helper process at most, unless its file is made to.

    That is beside what the process takes anyway, `HELPER`.

    Args:
        job: `package.module:function`, of those in `decoders` and `dicom`.
        pixels: of the picture.
        data: bytes of the encoded picture, of which the job has two copies.
        meaning: of a DICOM picture's colours.
        kind: how it is stored.
    """
    per_pixel = _PER_PIXEL[job.rpartition(".")[2]]
    if meaning == "ybr":
        per_pixel = _YCBCR
    if kind in ("lossless", "12-bit"):
        per_pixel = max(per_pixel, _LOSSLESS)
    return per_pixel * pixels + 2 * data


def helper_limit(pixels: int) -> int:
    """Bytes that the helper process may map for a picture, whatever its file does."""
    return _MEMORY + _BYTES_PER_PIXEL * pixels
