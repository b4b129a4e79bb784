"""Every test has an application of its own, the real one; what is the same in all of them is worked out once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from werkzeug.routing import Rule


class LateRule(Rule):
    """An address that is only prepared for being written when somebody writes it: an application has hundreds, a test writes few."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        prepare = super()._compile_builder

        @cache
        def prepared() -> Callable[..., tuple[str, str]]:
            return prepare(append_unknown)

        return lambda rule, **values: prepared()(rule, **values)


def share_templates(folder: Path) -> None:
    """All applications made from now on keep their translated templates in ``folder``; a template that changed is translated anew."""
    folder.mkdir(exist_ok=True)
    Flask.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(str(folder))}
    Flask.url_rule_class = LateRule
