"""A tiny teacher, a tiny student: what it learns, and that a stopped training ends where an unbroken one does."""

import dataclasses
import json
from itertools import product
from pathlib import Path

import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from typer.testing import CliRunner

from ingest.training.export import export
from ingest.training.mini.distil import DistilSettings, distil, rate_at
from ingest.training.mini.texts import embedded, tokenised
from ingest.training.mini.train import train_mini
from ingest.training.mini.transplant import widened
from ingest.training.mini.wordpieces import bilingual_tokenizer
from ingest.training.pairs import Pair, TrainingData
from rag.embeddings.transformer import TransformerEmbeddings
from rag.errors import EmbedderError

KOREAN = ["빨간 {}", "파란 {}", "노란 {}", "하얀 {}", "검은 {}", "작은 {}", "커다란 {}", "오래된 {}"]
ENGLISH = ["red {}", "blue {}", "yellow {}", "white {}", "black {}", "small {}", "large {}", "old {}"]
KOREAN_THINGS = "사과 바다 나비 구름 고양이 다리 산맥 도서관".split()
ENGLISH_THINGS = "apple sea butterfly cloud cat bridge mountain library".split()
SMALL = DistilSettings(
    steps=120, distilled_pairs=24, contrast_pairs=8, held=4, longest=16, body_rate=3e-4, embedding_rate=1e-2
)

pytestmark = pytest.mark.filterwarnings("ignore:.*lr_scheduler.*")


def made_up_data() -> TrainingData:
    kinds = product(range(8), range(8))
    pairs = [
        Pair(
            f"{KOREAN[i].format(KOREAN_THINGS[j])}가 있다.",
            f"There is a {ENGLISH[i].format(ENGLISH_THINGS[j])}.",
            f"{i}{j}",
        )
        for i, j in kinds
    ]
    trained = [pair for number, pair in enumerate(pairs) if number % 4]
    return TrainingData({"translation": trained, "paraphrases": trained[::2]}, pairs[::4], {"too short": 2})


@pytest.fixture(scope="module")
def teacher(tmp_path_factory: pytest.TempPathFactory) -> Path:
    transformers, torch = pytest.importorskip("transformers"), pytest.importorskip("torch")
    folder = tmp_path_factory.mktemp("teacher")
    words = " ".join(ENGLISH).replace("{}", "").split() + ENGLISH_THINGS + ["there", "is", "a", "."]
    special = ["[PAD]", *(f"[unused{n}]" for n in range(99)), "[UNK]", "[CLS]", "[SEP]"]
    vocabulary = {word: number for number, word in enumerate(special + words)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", vocabulary["[SEP]"]), ("[CLS]", vocabulary["[CLS]"]))
    tokenizer.save(str(folder / "tokenizer.json"))
    torch.manual_seed(1)
    config = transformers.BertConfig(
        vocab_size=len(vocabulary), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=64, initializer_range=0.08,
    )  # fmt: skip
    transformers.BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(autouse=True)
def few_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.training.mini.distil._BERT_WORDS", (103, 123))


@pytest.fixture(scope="module")
def told() -> list[str]:
    return []


@pytest.fixture(scope="module")
def trained(teacher: Path, tmp_path_factory: pytest.TempPathFactory, told: list[str]) -> Path:
    folder = tmp_path_factory.mktemp("trained")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("ingest.training.mini.distil._BERT_WORDS", (103, 123))
        report = train_mini(made_up_data(), teacher, folder, SMALL, told.append)
    assert report.pairs == {"translation": 48, "paraphrases": 24} and report.dropped == {"too short": 2}
    assert report.dimension == 32 and report.tokens - report.korean == 123
    return folder


@pytest.fixture(scope="module")
def unchanged(teacher: Path, tmp_path_factory: pytest.TempPathFactory) -> TransformerEmbeddings:
    folder = tmp_path_factory.mktemp("unchanged")
    export(teacher, folder, "teacher", [p.positive for p in made_up_data().held_out], precision="float32")
    return TransformerEmbeddings.load(folder)


def test_korean_comes_to_where_the_teacher_has_its_translation(teacher: Path, tmp_path: Path) -> None:
    """From random rows: the transplant would be near already, with so few words."""
    import torch
    from transformers import AutoModel

    english, student = (AutoModel.from_pretrained(teacher) for _ in range(2))
    tokenizer = bilingual_tokenizer(Tokenizer.from_file(str(teacher / "tokenizer.json")), made_up_data().texts(), 2)
    student = widened(student, tokenizer.get_vocab_size())
    rows = student.get_input_embeddings().weight
    with torch.no_grad():
        rows[:123] = english.get_input_embeddings().weight
        rows[123:] = torch.randn(len(rows) - 123, 32, generator=torch.Generator().manual_seed(1)) * 0.08
    for parameter in student.pooler.parameters():
        parameter.requires_grad = False
    data = made_up_data()
    texts, tasks = tokenised(tokenizer, data.tasks | {"held out": data.held_out}, SMALL.longest)
    held_out = tasks.pop("held out")
    aims = embedded(english, texts, held_out.positives).detach()
    start = float((embedded(student, texts, held_out.anchors) * aims).sum(1).mean().detach())
    distil(student, english, texts, tasks, SMALL, tmp_path, lambda _: None)
    end = float((embedded(student, texts, held_out.anchors) * aims).sum(1).mean().detach())
    assert end > 0.9 and 1 - end < 0.75 * (1 - start), (start, end)


def test_english_stays_where_the_teacher_has_it(unchanged: TransformerEmbeddings, trained: Path) -> None:
    texts = [pair.positive for pair in made_up_data().held_out]
    cosines = (unchanged.embed_array(texts) * TransformerEmbeddings.load(trained).embed_array(texts)).sum(axis=1)
    assert cosines.mean() > 0.95


def test_progress_is_told(trained: Path, told: list[str]) -> None:
    assert told[0].startswith("vocabulary: ") and told[1] == "pairs: 48 translation, 24 paraphrases"
    assert [line.split(",")[0] for line in told[2:]] == [f"step {step}" for step in range(20, 121, 20)]
    assert "held 0." in told[2] and "translation " in told[2]


def test_a_stopped_training_ends_where_an_unbroken_one_does(teacher: Path, trained: Path, tmp_path: Path) -> None:
    class Stopped(Exception):
        pass

    def stop(line: str) -> None:
        if line.startswith("step 40"):
            raise Stopped

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("ingest.training.mini.distil._KEPT_EVERY", 10)
        with pytest.raises(Stopped):
            train_mini(made_up_data(), teacher, tmp_path, SMALL, stop)
    lines: list[str] = []
    train_mini(made_up_data(), teacher, tmp_path, SMALL, lines.append)
    assert [line.split(",")[0] for line in lines if line.startswith("step")] == [
        f"step {step}" for step in range(40, 121, 20)
    ]
    texts = [pair.anchor for pair in made_up_data().held_out]
    first, second = (TransformerEmbeddings.load(folder).embed_array(texts) for folder in (trained, tmp_path))
    assert (first * second).sum(axis=1).min() > 0.999


def test_a_checkpoint_of_another_training_is_refused(teacher: Path, trained: Path) -> None:
    with pytest.raises(EmbedderError, match="other settings") as caught:
        train_mini(made_up_data(), teacher, trained, dataclasses.replace(SMALL, steps=121), lambda _: None)
    assert "begin anew" in caught.value.remedy


def test_a_damaged_checkpoint_is_told(teacher: Path, tmp_path: Path) -> None:
    (tmp_path / "training" / "checkpoint").mkdir(parents=True)
    (tmp_path / "training" / "checkpoint" / "state.safetensors").write_bytes(b"no tensors")
    with pytest.raises(EmbedderError, match="damaged"):
        train_mini(made_up_data(), teacher, tmp_path, SMALL, lambda _: None)


def test_no_teacher_is_told(tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match="teacher") as caught:
        train_mini(made_up_data(), tmp_path / "nowhere", tmp_path / "out", SMALL, lambda _: None)
    assert "--teacher" in caught.value.remedy


def test_rates_rise_and_fall() -> None:
    rates = [rate_at(step, 1_000) for step in range(1, 1_001)]
    assert max(rates) == pytest.approx(1, abs=0.01) and rates[29] == 0.5 and rates[-1] < 0.002
    assert rates.index(max(rates)) in range(55, 65)


def test_the_command_trains_and_writes_a_card(teacher: Path, tmp_path: Path) -> None:
    from ui.cli.main import app

    rows = [
        {"source": "made-up", "file": f"{n}.md", "ko": p.anchor, "en": p.positive}
        for n, p in enumerate(made_up_data().tasks["translation"])
    ]
    (tmp_path / "parallel").mkdir()
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (tmp_path / "parallel" / "a.jsonl").write_text(lines, encoding="utf-8")
    arguments = [
        "embedder",
        "train",
        "--data",
        str(tmp_path),
        "--out",
        str(tmp_path / "out"),
        "--teacher",
        str(teacher),
    ]
    done = CliRunner().invoke(app, [*arguments, "--steps", "2", "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["model"].startswith("mini-ko-en@sha256:") and told["tokens"] > told["korean"] > 4_000
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "--steps 2 --seed 13" in card and "Apache-2.0" in card and str(tmp_path) not in card


def test_an_option_of_the_other_tier_is_wrong_usage(tmp_path: Path) -> None:
    from ui.cli.main import app

    done = CliRunner().invoke(
        app, ["embedder", "train", "--data", str(tmp_path), "--out", str(tmp_path), "--batch-size", "8"]
    )
    assert done.exit_code == 2 and "--batch-size" in done.output
