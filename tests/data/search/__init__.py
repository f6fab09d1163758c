"""Tests of data.search."""
