"""What every report of a study shares: folder, page in two languages, tables and figures."""
