"""A hundred people at once on the real application, at the canton's size and at five times it. Run by ``make soak``."""
