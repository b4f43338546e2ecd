"""Rows to a JSONL file, in one step."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rag.errors import InputError


def write_rows(rows: Iterable[Mapping[str, Any]], path: Path) -> None:
    """Write one JSON object a line; a reader sees the whole file or the one before.

    Raises:
        InputError: the place cannot be written.
    """
    staged = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        staged.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        staged.replace(path)
    except OSError as error:
        raise InputError(
            f"{path} cannot be written ({error.strerror}).", remedy="Give another file with --out."
        ) from error
