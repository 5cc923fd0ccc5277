"""Merging the tables of a study's shards into the table of the whole study."""
