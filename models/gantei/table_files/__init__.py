"""Tables as files: written for spreadsheets and programs, and read as those write them."""
