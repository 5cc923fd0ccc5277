"""Which estimators there are: those that gantei ships, and those installed on this machine."""
