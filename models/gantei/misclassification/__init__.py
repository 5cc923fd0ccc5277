"""`gantei describe`: frequencies by an estimated sex, with its errors taken into account."""
