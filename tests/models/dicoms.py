"""DICOM files as cameras, viewers and converters write them, made with pydicom."""

from io import BytesIO

import numpy as np
import openjpeg.utils
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    RLELossless,
)

OPHTHALMIC_8_BIT = "1.2.840.10008.5.1.4.1.1.77.1.5.1"
OPHTHALMIC_16_BIT = "1.2.840.10008.5.1.4.1.1.77.1.5.2"
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
UID = "1.2.826.0.1.3680043.8.498.1"


def dataset(**elements) -> Dataset:
    """A colour photograph's elements, but for the pixels; those given replace or join them."""
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.SOPClassUID = OPHTHALMIC_8_BIT
    made.SOPInstanceUID = f"{UID}.1"
    made.StudyInstanceUID, made.SeriesInstanceUID = f"{UID}.2", f"{UID}.3"
    made.Modality = "OP"
    made.PatientName, made.PatientID = "Invented^Person", "INVENTED-1"
    made.SamplesPerPixel, made.PhotometricInterpretation = 3, "RGB"
    made.PlanarConfiguration = 0
    made.BitsAllocated, made.BitsStored, made.HighBit, made.PixelRepresentation = 8, 8, 7, 0
    made.NumberOfFrames = 1
    for keyword, value in elements.items():
        setattr(made, keyword, value)
    return made


def of_pixels(pixels: np.ndarray, **elements) -> Dataset:
    """A data set of these pixels, (h, w) or (h, w, 3), uint8 or uint16, uncompressed."""
    made = dataset(**elements)
    made.Rows, made.Columns = pixels.shape[:2]
    if pixels.ndim == 2:
        made.SamplesPerPixel = 1
        del made.PlanarConfiguration
        if made.PhotometricInterpretation == "RGB":
            made.PhotometricInterpretation = "MONOCHROME2"
    if pixels.dtype == np.uint16:
        made.BitsAllocated = 16
        made.BitsStored = elements.get("BitsStored", 16)
        made.HighBit = made.BitsStored - 1
        made.SOPClassUID = OPHTHALMIC_16_BIT
    ordered = pixels
    if pixels.ndim == 3 and made.PlanarConfiguration == 1:
        ordered = np.moveaxis(pixels, -1, 0)
    data = np.ascontiguousarray(ordered).tobytes()
    made.PixelData = data + b"\0" * (len(data) % 2)
    made["PixelData"].VR = "OW" if pixels.dtype == np.uint16 else "OB"
    return made


def of_stream(data: bytes, size, transfer_syntax=JPEGBaseline8Bit, pieces=1, **elements) -> Dataset:
    """A data set around a codestream of a picture of (height, width), in so many fragments."""
    made = dataset(**elements)
    made.Rows, made.Columns = size
    made.file_meta.TransferSyntaxUID = transfer_syntax
    made.PixelData = encapsulate([data], fragments_per_frame=pieces)
    made["PixelData"].is_undefined_length = True
    return made


def of_jpeg(data: bytes, size, **elements) -> Dataset:
    """A data set around a baseline JPEG of (height, width)."""
    elements = {"PhotometricInterpretation": "YBR_FULL_422"} | elements
    return of_stream(data, size, **elements)


def ophthalmic(made: Dataset) -> Dataset:
    """Complete a data set to an Ophthalmic Photography object as the standard asks for it."""
    lossy = made.file_meta.TransferSyntaxUID == JPEGBaseline8Bit
    region, device = Dataset(), Dataset()
    region.CodeValue, region.CodeMeaning = "81745001", "Eye"
    device.CodeValue, device.CodeMeaning = "409898007", "Fundus Camera"
    region.CodingSchemeDesignator = device.CodingSchemeDesignator = "SCT"
    said = {
        "PatientBirthDate": "", "PatientSex": "", "PatientOrientation": ["L", "F"],
        "StudyDate": "20260101", "StudyTime": "120000", "StudyID": "1", "AccessionNumber": "",
        "ReferringPhysicianName": "", "SeriesNumber": 1, "InstanceNumber": 1,
        "Manufacturer": "Invented", "ManufacturerModelName": "Drawing", "DeviceSerialNumber": "1",
        "SoftwareVersions": "1", "ImageType": ["ORIGINAL", "PRIMARY", "", "COLOR"],
        "ContentDate": "20260101", "ContentTime": "120000",
        "AcquisitionDateTime": "20260101120000", "ImageLaterality": "R", "BurnedInAnnotation": "NO",
        "LossyImageCompression": "01" if lossy else "00",
        "SynchronizationTrigger": "NO TRIGGER", "AcquisitionTimeSynchronized": "N",
        "SynchronizationFrameOfReferenceUID": f"{UID}.9", "FrameTime": 0,
        "FrameIncrementPointer": 0x00181063, "PatientEyeMovementCommanded": "",
        "HorizontalFieldOfView": None, "EmmetropicMagnification": None,
        "IntraOcularPressure": None, "PupilDilated": "", "DetectorType": "",
        "AnatomicRegionSequence": [region], "AcquisitionDeviceTypeCodeSequence": [device],
    }  # fmt: skip
    if lossy:
        said |= {"LossyImageCompressionRatio": 10, "LossyImageCompressionMethod": "ISO_10918_1"}
    for kind in ("RefractiveState", "IlluminationTypeCode", "LightPathFilterTypeStackCode",
                 "ImagePathFilterTypeStackCode", "LensesCode"):  # fmt: skip
        said[f"{kind}Sequence"] = []
    for keyword, value in said.items():
        if keyword not in made:
            setattr(made, keyword, value)
    return made


def compressed(pixels: np.ndarray, transfer_syntax, **elements) -> Dataset:
    """A data set whose pixels an encoder has compressed without loss."""
    made = of_pixels(pixels, **elements)
    if transfer_syntax == JPEG2000Lossless:
        # As pydicom does it, which also asks for pylibjpeg, whose only part here is the codec.
        colour = {"RGB": 1, "MONOCHROME2": 2}.get(made.PhotometricInterpretation, 0)
        encode = openjpeg.utils.encode_array
        stream = encode(pixels, made.BitsStored, photometric_interpretation=colour)
        made.PixelData = encapsulate([stream])
        made["PixelData"].is_undefined_length = True
        made.file_meta.TransferSyntaxUID = transfer_syntax
        if colour == 1:
            made.PhotometricInterpretation = "YBR_RCT"
        return made
    plugin = {RLELossless: "pydicom", JPEGLSLossless: "pyjpegls"}[transfer_syntax]
    made.compress(transfer_syntax, encoding_plugin=plugin, generate_instance_uid=False)
    return made


def written(made: Dataset, *, preamble: bool = True, meta: bool = True, **options) -> bytes:
    """The file of a data set; without a preamble, or without all that says of the file."""
    file = BytesIO()
    if meta:
        made.save_as(file, enforce_file_format=True, **options)
        return file.getvalue()[0 if preamble else 132 :]
    syntax = made.file_meta.TransferSyntaxUID
    bare = Dataset(made)
    bare.save_as(
        file, implicit_vr=syntax.is_implicit_VR, little_endian=syntax.is_little_endian, **options
    )
    return file.getvalue()


def raw_element(tag: int, representation: bytes, value: bytes, length: int | None = None) -> bytes:
    """An explicit little-endian element, which may say another length than it has."""
    length = len(value) if length is None else length
    head = (tag >> 16).to_bytes(2, "little") + (tag & 0xFFFF).to_bytes(2, "little")
    if representation in (b"OB", b"OW", b"SQ", b"UN", b"UT"):
        return head + representation + bytes(2) + length.to_bytes(4, "little") + value
    return head + representation + length.to_bytes(2, "little") + value


def with_element(data: bytes, tag: int, element: bytes) -> bytes:
    """A file with a raw element put before the first one that has this tag."""
    place = data.index((tag >> 16).to_bytes(2, "little") + (tag & 0xFFFF).to_bytes(2, "little"))
    return data[:place] + element + data[place:]
