"""Fallfluss: runs the harmonised process of the Solothurn social services from its diagrams."""
