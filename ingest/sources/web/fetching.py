"""The addresses a user names, to files: each page fetched, or its copy taken, or told why not."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from ingest.elements import Skipped
from ingest.progress import Progress
from ingest.sources.discovery import SourceFile
from ingest.sources.web.addresses import host_of, normalised, source_of
from ingest.sources.web.formats import file_bytes, suffix_for
from ingest.sources.web.request import FetchError, GoneError, Response, UnfitError, fetch
from ingest.sources.web.sitemap import Sitemap, sitemap, unpacked
from ingest.sources.web.snapshots import Copy, Snapshots, file_name
from rag.errors import InputError
from rag.settings import ParseSettings

_NOT_FETCHED = "could not be fetched ("
_SITEMAP = ".sitemap"
"""Suffix of the copy of a sitemap; no parser reads it."""
_MOST_FAILURES = 3
"""Failures in a row after which a host is left alone for the rest of the build."""
_MOST_SITEMAPS = 100
_MOST_LISTED = 3
"""Pages of one sitemap that are told one by one when they share a reason."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """The pages as files, what was left out, and the addresses whose copies are in use."""

    files: list[SourceFile] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    used: frozenset[str] = frozenset()


def is_passing(skip: Skipped) -> bool:
    """Whether a skip tells only how this build reached the web: it changes nothing in the index."""
    return skip.why.startswith(_NOT_FETCHED)


def fetch_all(
    addresses: Sequence[str],
    snapshots: Snapshots,
    settings: ParseSettings,
    progress: Progress,
    *,
    named: bool = True,
    fresh: bool = False,
) -> Fetched:
    """Fetch pages, and the pages of sitemaps; one after the other.

    Args:
        addresses: as ``addresses.normalised`` gives them.
        snapshots: the copies; renewed, and taken where a page does not come.
        settings: limits of time, size and pages.
        progress: told of the pages.
        named: whether the user named the addresses just now, so that one that cannot be read is an error.
        fresh: fetch even what has not changed.

    Raises:
        InputError: an address just named cannot be fetched, and there is no copy of it.
    """
    fetcher = _Fetcher(snapshots, settings, progress, fresh=fresh)
    try:
        for address in addresses:
            fetcher.root(address, named=named)
    finally:
        snapshots.save()
    return Fetched(list(fetcher.files.values()), fetcher.skipped, frozenset(fetcher.used))


class _Fetcher:
    def __init__(self, snapshots: Snapshots, settings: ParseSettings, progress: Progress, *, fresh: bool) -> None:
        self.files: dict[str, SourceFile] = {}
        self.skipped: list[Skipped] = []
        self.used: set[str] = set()
        self._snapshots, self._settings, self._progress, self._fresh = snapshots, settings, progress, fresh
        self._failures: Counter[str] = Counter()
        self._today = datetime.now(UTC).date().isoformat()

    def root(self, address: str, *, named: bool) -> None:
        """One address the user gave: a page or a sitemap."""
        copy = self._copy(address, named=named)
        if copy is None:
            return
        if copy.file.endswith(_SITEMAP):
            self._pages(address, copy)
            return
        self._take(address, copy)
        if copy.final != address and source_of(copy.final) != source_of(address):
            self.skipped.append(Skipped(source_of(address), f"it has moved to {source_of(copy.final)}, which is read"))

    def _take(self, address: str, copy: Copy) -> None:
        """Make a file of a copy; the same page under a second address is one file."""
        source = source_of(copy.final)
        self.files.setdefault(source, SourceFile(self._snapshots.path(copy), source))
        self.used.add(address)

    def _pages(self, root: str, copy: Copy) -> None:
        """The pages of a sitemap, up to the limit; those that share a reason are told together."""
        pages = self._listed(root, copy)
        before, self.skipped = self.skipped, []
        with self._progress.stage("fetch", len(pages), "pages") as advance:
            for page in pages:
                found = self._copy(page, named=False)
                if found is not None and found.file.endswith(_SITEMAP):
                    self.skipped.append(Skipped(source_of(page), "a sitemap among the pages of a sitemap"))
                elif found is not None:
                    self._take(page, found)
                    if source_of(found.final) != source_of(page):
                        self.skipped.append(Skipped(source_of(page), "it has moved; it is read at its new address"))
                advance(1)
        self.skipped = [*before, *_together(self.skipped, source_of(root))]

    def _listed(self, root: str, copy: Copy) -> list[str]:
        """Addresses of the pages of a sitemap and of the sitemaps below it, each once."""
        most, hosts = self._settings.web_max_pages, (host_of(copy.final), host_of(root))
        pages: dict[str, None] = {}
        left: Counter[str] = Counter()
        queue, seen = [(root, copy)], {root}
        while queue:
            address, found = queue.pop(0)
            self.used.add(address)
            listing = self._listing(address, found)
            entries = list(_own(listing.addresses, hosts, left))
            if not listing.is_index:
                pages |= dict.fromkeys(entries)
                continue
            for entry in entries:
                if entry not in seen and len(seen) < _MOST_SITEMAPS and len(pages) <= most:
                    seen.add(entry)
                    below = self._copy(entry, named=False)
                    queue += [(entry, below)] if below is not None else []
        left[f"more than the {most} of parse.web_max_pages"] = max(0, len(pages) - most)
        for why, count in left.items():
            if count:
                self.skipped.append(Skipped(source_of(root), f"{count} pages {why} are left out"))
        return list(pages)[:most]

    def _listing(self, address: str, copy: Copy) -> Sitemap:
        content = self._snapshots.path(copy).read_bytes()
        listing = sitemap(content, copy.media_type) or Sitemap([], damage="it is no sitemap")
        if listing.damage:
            self.skipped.append(Skipped(source_of(address), f"{listing.damage}; pages may be missing"))
        return listing

    def _copy(self, address: str, *, named: bool) -> Copy | None:
        """A copy of today; or the last one, which is told; or none, which is told or, if just named, an error."""
        known = self._snapshots.get(address)
        try:
            response = self._response(address, known)
        except FetchError as error:
            return self._without(address, known, error, named=named)
        if response.content is None and known is not None:
            renewed = replace(known, fetched=self._today)
            self._snapshots.renew(address, renewed)
            return renewed
        return self._kept(address, response, named=named)

    def _response(self, address: str, known: Copy | None) -> Response:
        host = host_of(address)
        if self._failures[host] >= _MOST_FAILURES:
            raise FetchError(f"{host} failed {_MOST_FAILURES} times in a row and was left alone")
        validators = known.validators if known is not None and not self._fresh else None
        max_bytes = self._settings.max_file_mib << 20
        try:
            response = fetch(address, validators, timeout_s=self._settings.web_timeout_s, max_bytes=max_bytes)
        except (GoneError, UnfitError):
            self._failures[host] = 0
            raise
        except FetchError:
            self._failures[host] += 1
            raise
        self._failures[host] = 0
        return response

    def _kept(self, address: str, response: Response, *, named: bool) -> Copy | None:
        content = unpacked(response.content or b"", self._settings.max_file_mib << 20)
        suffix: str | None
        if sitemap(content, response.media_type) is not None:
            suffix = _SITEMAP
        else:
            suffix = suffix_for(response)
            content = file_bytes(response, suffix) if suffix else b""
        if suffix is None:
            self._snapshots.drop(address)
            why = f"its type {response.media_type or '(none)'} is not read"
            if named:
                raise _error(address, why)
            self.skipped.append(Skipped(source_of(address), why))
            return None
        validators = response.validators
        copy = Copy(
            file_name(address, suffix),
            response.address,
            response.media_type,
            self._today,
            validators.etag,
            validators.modified,
        )
        self._snapshots.put(address, copy, content)
        return copy

    def _without(self, address: str, known: Copy | None, error: FetchError, *, named: bool) -> Copy | None:
        if isinstance(error, GoneError):
            self._snapshots.drop(address)
            why = f"the page is gone ({error})"
            named, known = named and known is None, None  # one that was there is dropped and told
        elif known is not None:
            why = f"{_NOT_FETCHED}{error}); its copy of {known.fetched} is used"
        else:
            why = f"{_NOT_FETCHED}{error}), and there is no copy of it"
        if named and known is None:
            raise _error(address, why)
        self.skipped.append(Skipped(source_of(address), why))
        return known


def _own(entries: Sequence[str], hosts: Sequence[str], left: Counter[str]) -> Iterator[str]:
    """The addresses that are of the same site; the others are counted by their reason."""
    for entry in entries:
        try:
            address = normalised(entry)
        except InputError:
            left["whose addresses are none"] += 1
            continue
        if host_of(address) in hosts:
            yield address
        else:
            left["on other hosts"] += 1


def _error(address: str, why: str) -> InputError:
    return InputError(
        f"{address}: {why.partition(', and ')[0]}.",
        remedy="Check the address in a browser, or save the page there and give the file; the index stays as it was.",
    )


def _together(skipped: Sequence[Skipped], root: str) -> list[Skipped]:
    """Skips with one reason, if there are many, as one line under the sitemap."""
    counts = Counter(skip.why for skip in skipped)
    one_by_one = [skip for skip in skipped if counts[skip.why] <= _MOST_LISTED]
    many = [(why, count) for why, count in counts.items() if count > _MOST_LISTED]
    return [*one_by_one, *(Skipped(f"{root}, {count} pages", why) for why, count in many)]
