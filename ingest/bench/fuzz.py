"""Does a build survive whatever it is given? Damaged and crafted files through a whole build, each accounted for.

``python -m ingest.bench.fuzz [--data DIR] [--count N] [--seed N]``
"""

import argparse
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

from ingest.bench.hostile import damaged, write_crafted
from ingest.build import Build
from ingest.parsers.registry import FORMATS
from ingest.report import BuildReport
from rag.errors import CourseRagError
from rag.index.folder import IndexFolder
from rag.index.manifest import Manifest
from rag.settings import EmbedderSettings, IndexSettings, ParseSettings, Settings

DATA = Path("../shared/data")
_LARGEST_SEED = 3 << 20
_CALM = "calm.txt"


def main(argv: Sequence[str] | None = None) -> int:
    """Write the files, build, print what became of them; 1 if one is not accounted for or the build fails."""
    parser = argparse.ArgumentParser(prog="python -m ingest.bench.fuzz", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder with documents/ to damage")
    parser.add_argument("--count", type=int, default=500, metavar="N", help="damaged files")
    parser.add_argument("--seed", type=int, default=2026, metavar="N", help="of the damage")
    parser.add_argument("--large-mib", type=int, default=1024, metavar="N", help="size of the large crafted files")
    parser.add_argument("--pages", type=int, default=10_000, metavar="N", help="pages of the long PDF")
    parser.add_argument("--timeout", type=float, default=60.0, metavar="S", help="parse.timeout_s")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="course-rag-fuzz-") as name:
        folder = Path(name, "documents")
        write_files(folder, options.data / "documents", options.count, Random(options.seed))
        list(write_crafted(folder, text_mib=options.large_mib, pdf_pages=options.pages))
        parse = ParseSettings(timeout_s=options.timeout, max_file_mib=4096, ocr_max_pages=5)
        # Files are to be survived here; the smaller model embeds the gigabytes in minutes.
        embedder = EmbedderSettings(model="static-ko-en")
        settings = Settings(index=IndexSettings(path=Path(name, "index")), parse=parse, embedder=embedder)
        started = time.monotonic()
        try:
            report = Build(settings).run([folder])
        except CourseRagError as error:
            sys.stderr.write(f"The build failed: {error.message}\n")
            return 1
        lost = unaccounted(folder, report, settings.index.path)
        _print(folder, report, lost, time.monotonic() - started)
    return int(bool(lost))


def write_files(folder: Path, seeds: Path, count: int, random: Random) -> None:
    """Fill the folder with ``count`` damaged copies of the seeds, and one file that is fine."""
    folder.mkdir(parents=True)
    (folder / _CALM).write_text("그래도 이 파일은 읽힌다. This file is read all the same.\n", encoding="utf-8")
    paths = [path for path in sorted(seeds.rglob("*")) if path.suffix.lower() in FORMATS and path.is_file()]
    paths = [path for path in paths if path.stat().st_size <= _LARGEST_SEED]
    for number in range(count if paths else 0):
        seed = random.choice(paths)
        suffix = seed.suffix.lower()
        (folder / f"{number:04}{suffix}").write_bytes(damaged(seed.read_bytes(), suffix, random))


def unaccounted(folder: Path, report: BuildReport, index: Path) -> list[str]:
    """Files that are neither in the version nor among those that were left out."""
    versions = IndexFolder(index)
    sources = set(Manifest.read(versions.version_dir(report.version)).sources)
    told = {skip.source for skip in report.skipped}
    return [path.name for path in sorted(folder.iterdir()) if path.name not in sources and path.name not in told]


def _print(folder: Path, report: BuildReport, lost: list[str], took_s: float) -> None:
    reasons: Counter[tuple[str, str]] = Counter()
    for skip in report.skipped:
        if "," not in skip.source:
            reasons[Path(skip.source).suffix, skip.why.replace(skip.source, "…")[:110]] += 1
    for (suffix, why), count in sorted(reasons.items()):
        sys.stdout.write(f"{count:5} {suffix:6} {why}\n")
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) // 1024
    files = len(list(folder.iterdir()))
    sys.stdout.write(
        f"{files} files: {report.indexed} indexed, {files - report.indexed - len(lost)} left out with a reason, "
        f"{len(lost)} not accounted for {lost or ''}\n{took_s:.0f} s, peak {peak} MiB (largest process)\n"
    )


if __name__ == "__main__":
    sys.exit(main())
