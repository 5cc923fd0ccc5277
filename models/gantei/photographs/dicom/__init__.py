"""Photographs in DICOM: what a file is, what it says of its picture, and the picture itself."""
