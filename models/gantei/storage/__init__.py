"""Where photographs lie that are no files of a folder: stores, web servers, archives, tables."""
