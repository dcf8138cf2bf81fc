"""docs/settings.md, written from `ivr.config.Settings`: `python -m ivr.settings_page > docs/settings.md`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic.fields import FieldInfo

from ivr.config import PREFIX, Settings

HEAD = """# Settings

<!-- Written by `python -m ivr.settings_page`; a test compares. -->

Defaults, then `cruc.toml` in the installation's folder (or the file named by `CRUC_SETTINGS`), then `CRUC_*` variables.
An unknown name is an error. Relative paths are taken from the installation's folder.

| in cruc.toml | variable | default | what it is |
|---|---|---|---|
"""


def page() -> str:
    return HEAD + "".join(_rows())


def _rows() -> Iterator[str]:
    for name, field in Settings.model_fields.items():
        yield f"| `{name}` | `{PREFIX}{name.upper()}` | {_default(field)} | {field.description} |\n"


def _default(field: FieldInfo) -> str:
    value: Any = field.default
    if value in ("", ()):
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"`{', '.join(map(str, value))}`" if isinstance(value, tuple) else f"`{value}`"


if __name__ == "__main__":
    print(page(), end="")
