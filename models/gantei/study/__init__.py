"""A study: a folder of photographs in, one table out, whatever happens in between."""
