"""The picture that a source holds, by what it is: encoded, DICOM, an image or an array."""

from typing import Any

from numpy.typing import NDArray
from PIL import Image

from .decoded_picture import DecodedPicture, picture_of_array
from .decoding import EncodedPicture
from .dicom.dicom_picture import DicomPicture
from .dicom.recognition import is_dicom, is_enveloped

AnyPicture = EncodedPicture | DecodedPicture | DicomPicture


def picture_of(source: bytes | Image.Image | NDArray[Any]) -> AnyPicture:
    """Check what a header says; nothing is decoded yet.

    Raises:
        PhotographError: it is no picture, or one that is not accepted.
    """
    match source:
        case bytes() if is_dicom(source) or is_enveloped(source):
            return DicomPicture(source)
        case bytes():
            return EncodedPicture(source)
        case Image.Image():
            return DecodedPicture(source)
    return picture_of_array(source)
