"""Why a file is not read, and what to do about it; many files with one reason are one line."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from ingest.elements import Skipped

_ADVICE = {
    "save it as .docx or PDF": ".doc .dot .rtf .odt .ott .pages .wps .wpd .gdoc",
    "save it as .pptx or PDF": ".ppt .pps .pot .odp .key .gslides .show",
    "save it as .xlsx or .csv": ".xls .xlsb .ods .numbers .gsheet .cell",
    "unpack it and give the folder": ".zip .7z .rar .tar .gz .tgz .bz2 .xz .zst .alz .egg",
    "a shortcut: give what it leads to, a web page by its address": ".url .webloc .lnk .desktop",
    "export it as PDF": ".one .onepkg .djvu .ps .eps .xps .oxps .pub .vsd .vsdx .drawio .ai .psd .nb .mlx",
    "give the PDF made from it": ".tex .ltx .bib .sty .cls .typ",
    "convert it to EPUB": ".mobi .azw .azw3 .fb2",
    "save it as .png or .jpg": ".heic .heif .avif .raw .cr2",
}
_ADVICE_BY_SUFFIX = {suffix: advice for advice, suffixes in _ADVICE.items() for suffix in suffixes.split()}

PAGE_PARTS = frozenset(
    ".js .mjs .css .map .scss .less .woff .woff2 .ttf .otf .eot .svg .ico .cur .swf .wasm .webmanifest .inv .htc "
    ".buildinfo .doctree .pickle".split()
)
"""Formats that only make a web page's looks and behaviour."""
_MOST_LISTED = 12
"""Files of one folder that are told one by one when they share a reason."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that is not read.

    Attributes:
        source: its name.
        why: the reason, told of this file.
        group: the same reason told of several files, behind their number; "" for a file that is always told alone.
        part_of_page: whether it is something that only a web page needs.
    """

    source: str
    why: str
    group: str = ""
    part_of_page: bool = False


def unread(source: str, suffix: str) -> LeftOut:
    """A file whose format no parser reads."""
    if suffix in PAGE_PARTS:
        return LeftOut(source, f"the format {suffix} is not read: it is part of a web page", part_of_page=True)
    advice = _ADVICE_BY_SUFFIX.get(suffix)
    why = f"the format {suffix} is not read yet" if suffix else "it has no suffix that names a format"
    group = f"files of the format {suffix}, which is not read yet" if suffix else "files without a suffix"
    return LeftOut(source, f"{why}: {advice}" if advice else why, f"{group}: {advice}" if advice else group)


def told(left_out: Sequence[LeftOut], read: Iterable[str]) -> list[Skipped]:
    """One line per file, but one per folder where many share a reason.

    Args:
        left_out: all files that are not read.
        read: sources of the files that are.
    """
    parts = [each for each in left_out if each.part_of_page]
    others = [each for each in left_out if not each.part_of_page]
    busy = _folders_above([*read, *(each.source for each in others)])
    return [*_grouped(others), *_page_parts(parts, busy)]


def _grouped(left_out: Sequence[LeftOut]) -> list[Skipped]:
    groups: dict[tuple[str, str], list[LeftOut]] = defaultdict(list)
    for each in left_out:
        folder = str(PurePosixPath(each.source).parent)
        groups[(folder, each.group) if each.group else (each.source, "")].append(each)
    skipped = []
    for (folder, group), members in groups.items():
        if len(members) > _MOST_LISTED and group:
            skipped.append(Skipped(folder, f"{len(members)} {group}"))
        else:
            skipped += [Skipped(each.source, each.why) for each in members]
    return skipped


def _page_parts(parts: Sequence[LeftOut], busy: set[str]) -> list[Skipped]:
    """Scripts, styles and fonts: one line for the topmost folder that holds nothing else."""
    groups: dict[str, list[LeftOut]] = defaultdict(list)
    for each in parts:
        groups[_topmost(each.source, busy)].append(each)
    skipped = []
    for folder, members in groups.items():
        if len(members) == 1:
            skipped.append(Skipped(members[0].source, members[0].why))
            continue
        counts = Counter(PurePosixPath(each.source).suffix.lower() for each in members)
        formats = ", ".join(suffix for suffix, _ in counts.most_common(4))
        skipped.append(Skipped(folder, f"{len(members)} files that are only parts of web pages ({formats})"))
    return skipped


def _topmost(source: str, busy: set[str]) -> str:
    folders = [str(folder) for folder in PurePosixPath(source).parents][::-1]
    return next((folder for folder in folders if folder not in busy), folders[-1])


def _folders_above(sources: Iterable[str]) -> set[str]:
    return {".", *(str(folder) for source in sources for folder in PurePosixPath(source).parents)}
