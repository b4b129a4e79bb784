"""Synthetic people and cases for demonstrations, made by driving the real commands through months of virtual time."""
