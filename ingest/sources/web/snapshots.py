"""The copies of web pages in the index folder: ``web/pages.json`` and one file per page beside it."""

import hashlib
import json
import re
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ingest.sources.web.request import Validators

_LIST = "pages.json"
_NOT_IN_NAMES = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True)
class Copy:
    """The last copy of one page.

    Attributes:
        file: its name in the folder.
        final: where it came from after redirects.
        media_type: as the server gave it.
        fetched: day on which it came or was known to be unchanged: ``2026-11-20``.
        etag: given by the server, or "".
        modified: given by the server, or "".
    """

    file: str
    final: str
    media_type: str
    fetched: str
    etag: str = ""
    modified: str = ""

    @property
    def validators(self) -> Validators:
        """To ask whether it has changed."""
        return Validators(self.etag, self.modified)


class Snapshots:
    """The copies in one folder. What is changed reaches the list with ``save``."""

    def __init__(self, folder: Path) -> None:
        """Open the folder; a list that is not there or cannot be read holds no copies."""
        self._folder = folder
        self._copies = _read_list(folder / _LIST)

    def get(self, address: str) -> Copy | None:
        """The copy of an address, if there is one."""
        copy = self._copies.get(address)
        return copy if copy is not None and self.path(copy).is_file() else None

    def path(self, copy: Copy) -> Path:
        """Where a copy is."""
        return self._folder / copy.file

    def put(self, address: str, copy: Copy, content: bytes) -> None:
        """Keep a copy in place of an earlier one."""
        self._folder.mkdir(parents=True, exist_ok=True)
        new = self._folder / f".{copy.file}.new"
        new.write_bytes(content)
        new.replace(self.path(copy))
        self._copies[address] = copy

    def renew(self, address: str, copy: Copy) -> None:
        """Note that a copy is as good as new."""
        self._copies[address] = copy

    def drop(self, address: str) -> None:
        """Forget the copy of a page that is gone."""
        self._copies.pop(address, None)

    def save(self) -> None:
        """Write the list."""
        if not self._copies and not self._folder.is_dir():
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        values = {address: asdict(copy) for address, copy in sorted(self._copies.items())}
        new = self._folder / f".{_LIST}.new"
        new.write_text(json.dumps(values, ensure_ascii=False, indent=1), encoding="utf-8")
        new.replace(self._folder / _LIST)

    def prune(self, used: AbstractSet[str]) -> None:
        """Remove the copies of all other addresses, and files that belong to none."""
        if not self._folder.is_dir():
            return
        self._copies = {address: copy for address, copy in self._copies.items() if address in used}
        self.save()
        kept = {_LIST, *(copy.file for copy in self._copies.values())}
        for path in self._folder.iterdir():
            if path.name not in kept and path.is_file():
                path.unlink(missing_ok=True)


def file_name(address: str, suffix: str) -> str:
    """Name of the file of an address: readable, as messages of parsers show it, and its own."""
    path = unquote(urlsplit(address).path).rstrip("/").rpartition("/")[2]
    stem = _NOT_IN_NAMES.sub("-", path.removesuffix(suffix)).strip("-.")[:40]
    return f"{stem or 'page'}-{hashlib.sha256(address.encode()).hexdigest()[:12]}{suffix}"


def _read_list(path: Path) -> dict[str, Copy]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        copies = {str(address): Copy(**copy) for address, copy in values.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}  # it is a cache: the pages are fetched again
    # A name that leads elsewhere is none that was written here.
    return {address: copy for address, copy in copies.items() if Path(copy.file).name == copy.file}
