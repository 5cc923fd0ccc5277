"""What gantei asks of the machine: files, archives, versions, and whether it may use a network."""
