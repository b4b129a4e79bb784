"""Figures for the evaluation: pure functions on numbers, which know neither cases nor regions nor the store."""
