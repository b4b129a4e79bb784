"""The canton of the handover tests."""

from tests.uebergabe.conftest import canton

__all__ = ["canton"]
