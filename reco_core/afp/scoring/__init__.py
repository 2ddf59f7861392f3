"""Scores of whole data sets: computed on all processors, kept on disk, written as a table."""
