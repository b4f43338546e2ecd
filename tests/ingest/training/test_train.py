"""A model trained end to end on made-up pairs, and the parts of its training."""

import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from ingest.training.batches import TokenTexts, batches, tokenise
from ingest.training.card import command
from ingest.training.evaluate import best_ranks, evaluate_held_out, evaluate_set
from ingest.training.pairs import Pair, TrainingData
from ingest.training.train import TrainingSettings, learn, train, untrained
from ingest.training.vocabulary import hangul_syllables, smooth_weights, token_ids, train_tokenizer
from rag.embeddings.static import StaticEmbeddings, save_static

KOREAN = "빨간 파란 노란 하얀 검은 작은 커다란 오래된 새로운 조용한".split()
ENGLISH = "red blue yellow white black small large old new quiet".split()
KOREAN_THINGS = "사과 바다 나비 구름 고양이 다리 산맥 도서관 기차 마을".split()
ENGLISH_THINGS = "apple sea butterfly cloud cat bridge mountain library train village".split()
KOREAN_ACTS = "움직입니다 사라집니다".split()
ENGLISH_ACTS = "moves vanishes".split()


def made_up_pairs() -> list[Pair]:
    """200 sentences with their translations: what a quality, a thing and an act are called is all there is to learn."""
    return [
        Pair(
            f"{KOREAN[i]} {KOREAN_THINGS[j]}가 {KOREAN_ACTS[k]}.",
            f"The {ENGLISH[i]} {ENGLISH_THINGS[j]} {ENGLISH_ACTS[k]}.",
            f"{i}{j}{k}",
        )
        for i, j, k in product(range(10), range(10), range(2))
    ]


@pytest.fixture(scope="module")
def split() -> TrainingData:
    pairs = made_up_pairs()
    held_out = [pair for number, pair in enumerate(pairs) if number % 5 == 0]
    trained = [pair for number, pair in enumerate(pairs) if number % 5]
    return TrainingData({"translation": trained}, held_out)


SMALL = TrainingSettings(vocabulary_size=2_600, dimension=32, steps=80, batch_size=64)


def test_training_lifts_recall_over_the_untrained_model(split: TrainingData, tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers")
    told: list[str] = []
    report = train(split, tmp_path / "trained", SMALL, told.append)
    trained = StaticEmbeddings.load(tmp_path / "trained")
    texts, _ = tokenise(trained._tokenizer, split.tasks, SMALL.longest)
    before = untrained(trained._tokenizer, texts, SMALL)[0].embedding.weight.detach().numpy()
    save_static(tmp_path / "untrained", "untrained", trained._tokenizer.to_str(), before)
    start = evaluate_held_out(StaticEmbeddings.load(tmp_path / "untrained"), split.held_out)
    end = evaluate_held_out(trained, split.held_out)
    assert start.at_1 < 0.2
    assert end.at_1 > 0.8
    assert report.pairs == {"translation": 160}
    assert told[-1].startswith("step 80: translation ")


def test_the_same_seed_learns_the_same_vectors(split: TrainingData) -> None:
    torch = pytest.importorskip("torch")
    pytest.importorskip("sentence_transformers")
    tokenizer = train_tokenizer(split.texts(), SMALL.vocabulary_size)
    texts, tasks = tokenise(tokenizer, split.tasks, SMALL.longest)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        first, second = (learn(tokenizer, texts, tasks, SMALL, lambda _: None)[0] for _ in range(2))
    finally:
        torch.set_num_threads(threads)
    assert np.array_equal(first, second)


def test_every_everyday_syllable_is_in_the_vocabulary(split: TrainingData) -> None:
    tokenizer = train_tokenizer(split.texts(), 2_600)
    syllables = hangul_syllables()
    assert (len(syllables), syllables[0], syllables[-1]) == (2_350, "가", "힝")
    assert all(list(token_ids(tokenizer, syllables)))
    # Full-width letters, capitals and decomposed Hangul are the same words.
    spellings = ["cat 사과", "ＣＡＴ 사과", "Cat 사과"]
    assert len({tuple(ids) for ids in token_ids(tokenizer, spellings)}) == 1
    assert list(token_ids(tokenizer, ["☃"])) == [[]]


def test_words_do_not_span_scripts_and_digits() -> None:
    texts = [f"numpy{end} 배열{end} 2024{end}" for end in ("", "를", ".", ",", "의 ", "(", "-x") for _ in range(50)]
    tokens = train_tokenizer(texts, 3_000).encode("numpy를 numpy배열 2024년").tokens
    assert tokens == ["numpy", "를", "numpy", "배열", "2024", "년"]


def test_smooth_weights_follow_the_formula() -> None:
    weights = smooth_weights(np.array([0, 0, 0, 1], dtype=np.int32), 3, a=0.5)
    assert weights == pytest.approx([0.5 / 1.25, 0.5 / 0.75, 1.0])


def test_batches_hold_each_group_once_and_each_pair_once_a_round() -> None:
    pairs = [Pair(f"{'가나다라마'[n % 5]} {n}", f"{'abcde'[n % 5]} {n}", str(n // 3)) for n in range(30)]
    tokenizer = train_tokenizer([text for pair in pairs for text in (pair.anchor, pair.positive)], 2_600)
    texts, tasks = tokenise(tokenizer, {"one": pairs}, longest=8)
    group = {int(text): int(g) for text, g in zip(tasks["one"].anchors, tasks["one"].groups, strict=True)}
    group |= {int(text): int(g) for text, g in zip(tasks["one"].positives, tasks["one"].groups, strict=True)}
    swapped = []
    for name, sides in batches(tasks, size=10, steps=60, seed=1):
        assert name == "one"
        groups = [group[int(text)] for text in sides[0]]
        assert len(set(groups)) == len(groups) and groups == [group[int(text)] for text in sides[1]]
        swapped += [bool(np.isin(text, tasks["one"].positives)) for text in sides[0]]
    assert 0.35 < np.mean(swapped) < 0.65
    assert len(texts.ends) == 61


def test_token_texts_take() -> None:
    texts = TokenTexts.of([[1, 2], [3], [4, 5, 6]])
    tokens, starts = texts.take(np.array([2, 0], dtype=np.int64))
    assert (tokens.tolist(), starts.tolist()) == ([4, 5, 6, 1, 2], [0, 3])


def test_recall_counts_the_best_right_passage_and_ties_against_it(tmp_path: Path) -> None:
    tokenizer = train_tokenizer(["a b c d"], 2_600)
    vectors = np.zeros((tokenizer.get_vocab_size(), 4), dtype=np.float32)
    for number, letter in enumerate("abcd"):
        vectors[tokenizer.token_to_id(letter), number] = 1
    save_static(tmp_path, "letters", tokenizer.to_str(), vectors)
    model = StaticEmbeddings.load(tmp_path)
    ranks = best_ranks(model, ["a", "b", "c", "d"], ["a", "a b", "a", "b c", "d"], [[1], [1, 2], [3], [4]])
    # "a" ties with two wrong passages above "a b"; "b" has "a b" and the wrong "b c" equally near.
    assert ranks.tolist() == [3, 2, 1, 1]
    folder = tmp_path / "set"
    folder.mkdir()
    corpus = [{"id": letter, "title": letter, "text": letter} for letter in "abc"]
    queries = [
        {"id": "1", "text": "a", "positive": ["a"], "answerable": True},
        {"id": "2", "text": "a", "positive": ["b"], "answerable": True},
        {"id": "3", "text": "a", "positive": [], "answerable": False},
    ]
    for name, rows in (("corpus", corpus), ("queries", queries)):
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    recall = evaluate_set(model, folder)
    assert (recall.questions, recall.passages, recall.at_1, recall.at_5) == (2, 3, 0.5, 1.0)


def test_the_command_line_trains_measures_and_writes_the_card(tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers")
    from ui.cli.embedder import embedder_app

    data = tmp_path / "data"
    (data / "parallel").mkdir(parents=True)
    rows = [
        {"source": "made-up", "file": f"{n}.md", "ko": p.anchor, "en": p.positive}
        for n, p in enumerate(made_up_pairs())
    ]
    (data / "parallel" / "made-up.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    questions = data / "questions" / "xling-hf-nlp-course"
    questions.mkdir(parents=True)
    corpus = [{"id": p.group, "title": "", "text": p.anchor} for p in made_up_pairs()]
    queries = [{"id": p.group, "text": p.positive, "positive": [p.group], "answerable": True} for p in made_up_pairs()]
    for name, lines in (("corpus", corpus), ("queries", queries)):
        (questions / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")

    runner = CliRunner()
    options = "--vocabulary 3000 --dimension 32 --steps 40 --batch-size 64 --seed 5".split()
    made = runner.invoke(
        embedder_app,
        ["train", "--tier", "static", "--data", str(data), "--out", str(tmp_path / "out"), *options, "--json"],
    )
    assert made.exit_code == 0, made.output
    figures = json.loads(made.stdout)
    assert figures["recall"][-1]["at_1"] > 0.8
    odd = runner.invoke(
        embedder_app,
        ["train", "--tier", "static", "--data", str(data), "--out", str(tmp_path / "odd"), "--dimension", "33"],
    )
    assert odd.exit_code == 2 and not (tmp_path / "odd").exists()
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    expected = TrainingSettings(vocabulary_size=3_000, dimension=32, steps=40, batch_size=64, seed=5)
    assert command(expected) in card and str(tmp_path) not in card
    assert f"| xling-hf-nlp-course | 200 | 200 | {figures['recall'][-1]['at_1']:.1%} |" in card
