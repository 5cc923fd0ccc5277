"""`gantei calibrate`: from photographs with labels to a calibration and its intervals."""
