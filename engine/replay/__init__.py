"""Event logs in and out, replay on diagrams, and what follows from it.

The aligner (``net``, ``states``, ``alignment``) knows drawings and logs only; ``own_history`` reads the store.
"""
