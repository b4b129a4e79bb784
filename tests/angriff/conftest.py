"""The interface and its callers, as tests/api has them."""

from tests.api.conftest import app, case, program, token

__all__ = ["app", "case", "program", "token"]
