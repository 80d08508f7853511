"""Hostile text in every field that comes from outside, against every output."""
