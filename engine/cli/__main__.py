"""``python -m engine.cli`` is ``fallfluss``: how ``serve`` starts its children with the very same interpreter."""

from engine.cli import main

main(prog_name="fallfluss")
