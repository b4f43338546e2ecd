"""Rereading with a cross-encoder of two layers and random weights: nothing is downloaded."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.cross_encoders import BaseCrossEncoder
from tiny_models import cross_encoder, saved

from rag.chunks import Chunk
from rag.errors import RerankerError
from rag.retrieval import reranking
from rag.retrieval.reranking import LocalCrossEncoder, load_reranker, reread
from rag.settings import EmbedderSettings

pytestmark = pytest.mark.slow
pytest.importorskip("sentence_transformers")

CPU = EmbedderSettings(device="cpu")
QUESTION = "gradient descent"
LONG = "dropout 기울기 를.\n따라 passage dropout dropout query.\ngradient dropout 따라 따라 를.\npassage."


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as transformers writes it: BERT with one label, at most 16 tokens."""
    return cross_encoder(tmp_path_factory.mktemp("reranker") / "tiny")


@pytest.fixture(scope="module")
def encoder(tiny: Path) -> LocalCrossEncoder:
    return LocalCrossEncoder(str(tiny), device="cpu")


@pytest.fixture(autouse=True)
def nothing_is_loaded() -> Iterator[None]:
    reranking._loaded.cache_clear()
    yield
    reranking._loaded.cache_clear()


def direct(folder: Path, pairs: list[tuple[str, str]]) -> list[float]:
    """Sigmoids of the logits, by transformers, one pair at a time."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    found = []
    with torch.no_grad():
        for question, text in pairs:
            read = tokenizer([question], [text], return_tensors="pt", truncation=True, max_length=16)
            found.append(float(model(**read).logits[0, 0].sigmoid()))
    return found


PAIRS = [(QUESTION, text) for text in ("dropout", "기울기 를 따라", "", "unknown", "passage " * 40, "dropout")]


def test_scores_are_those_of_sentence_transformers(tiny: Path, encoder: LocalCrossEncoder) -> None:
    from sentence_transformers import CrossEncoder

    scores = encoder.score(PAIRS)
    assert scores == pytest.approx(CrossEncoder(str(tiny), device="cpu").predict(PAIRS).tolist(), abs=1e-6)
    assert scores == pytest.approx(direct(tiny, PAIRS), abs=1e-6)
    assert max(scores) - min(scores) > 0.1
    assert encoder.score(PAIRS[::-1]) == pytest.approx(scores[::-1], abs=1e-6)
    assert encoder.score([]) == []
    assert (encoder.device, encoder.placement.precision, encoder.max_tokens) == ("cpu", "fp32", 16)
    assert isinstance(encoder, BaseCrossEncoder)


def test_a_model_saved_with_another_activation_gives_sigmoids_too(tiny: Path, tmp_path: Path) -> None:
    """As the MS MARCO models are: their logits would be no score from 0 to 1."""
    import torch
    from sentence_transformers import CrossEncoder

    bare = CrossEncoder(str(tiny), device="cpu", activation_fn=torch.nn.Identity())
    bare.save(str(tmp_path / "bare"))
    logits = np.asarray(CrossEncoder(str(tmp_path / "bare"), device="cpu").predict(PAIRS))
    assert logits.min() < 0 or logits.max() > 1
    found = LocalCrossEncoder(str(tmp_path / "bare"), device="cpu").score(PAIRS)
    assert found == pytest.approx((1 / (1 + np.exp(-logits))).tolist(), abs=1e-6)


def test_half_of_a_surrogate_pair_is_no_trouble(encoder: LocalCrossEncoder) -> None:
    assert encoder.score([("\ud83d", "dropout \ud83d")]) == encoder.score([("?", "dropout ?")])


def chunk(text: str, *heading: str) -> Chunk:
    return Chunk("1", text, "a.md", "a", heading)


def test_a_passage_that_is_read_whole_is_one_text_below_its_headings(encoder: LocalCrossEncoder) -> None:
    assert encoder.pieces(QUESTION, chunk("dropout 기울기", "passage")) == ["passage\ndropout 기울기"]
    # 16 tokens less three special ones and the question's two
    assert encoder.pieces(QUESTION, chunk("dropout " * 11)) == ["dropout " * 11]
    assert encoder.pieces(QUESTION, chunk("dropout " * 12)) == [" ".join(["dropout"] * 11), "dropout"]


def test_a_longer_passage_is_cut_between_its_sentences_and_each_has_the_headings(encoder: LocalCrossEncoder) -> None:
    assert encoder.pieces(QUESTION, chunk(LONG, "query")) == [
        "dropout 기울기 를.\n따라 passage dropout dropout query.",
        "query\ngradient dropout 따라 따라 를.\npassage.",
    ]
    crowded = chunk(LONG, *(f"passage{number} :" for number in range(4)))
    assert encoder.pieces(QUESTION, crowded) == [LONG.partition("\ngradient")[0], LONG.partition("query.\n")[2]]


def test_a_long_question_leaves_half_to_the_passage(encoder: LocalCrossEncoder) -> None:
    pieces = encoder.pieces("gradient " * 40, chunk("dropout " * 20))
    assert [len(piece.split()) for piece in pieces] == [7, 7, 6]


def test_the_best_window_counts(tiny: Path, encoder: LocalCrossEncoder) -> None:
    chunks = [chunk(LONG, "query"), chunk("dropout"), chunk("")]
    windows = encoder.pieces(QUESTION, chunks[0])
    scores = direct(tiny, [(QUESTION, text) for text in [*windows, "dropout", ""]])
    assert scores[0] != pytest.approx(scores[1], abs=1e-3)
    assert reread(encoder, QUESTION, chunks).tolist() == pytest.approx([max(scores[:2]), *scores[2:]], abs=1e-6)
    assert reread(encoder, QUESTION, []).tolist() == []


@given(st.lists(st.sampled_from(["dropout", "기울기.", "를\n", "unknown", "passage.\n", "x" * 9]), max_size=60))
def test_every_word_of_a_passage_is_read(encoder: LocalCrossEncoder, words: list[str]) -> None:
    """What is cut into windows is there again, in order, and none is longer than what is read."""
    text = " ".join(words)
    pieces = encoder.pieces(QUESTION, chunk(text))
    assert " ".join(pieces).split() == text.split()
    assert all(len(piece.split()) <= 11 for piece in pieces)


def test_it_is_loaded_once_whatever_threads_ask(tiny: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: load_reranker(str(tiny), CPU), range(8)))
        assert all(each is found[0] for each in found)
        wanted = found[0].score(PAIRS)
        scores = list(threads.map(lambda pairs: found[0].score(pairs), [PAIRS, PAIRS[:2], PAIRS] * 8))
    assert [len(each) for each in scores] == [6, 2, 6] * 8
    for each in scores:
        assert each == pytest.approx(wanted[: len(each)], abs=1e-6)


def test_what_finds_no_memory_is_read_in_smaller_batches(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = LocalCrossEncoder(str(tiny), device="cpu")
    wanted, sizes = encoder.score(PAIRS), []
    predict = encoder._model.predict

    def short(pairs: Any, *, batch_size: int, **options: Any) -> Any:
        sizes.append(batch_size)
        if batch_size > most:
            raise RuntimeError("[enforce fail at alloc_cpu.cpp:121] DefaultCPUAllocator: can't allocate memory")
        return predict(pairs, batch_size=batch_size, **options)

    monkeypatch.setattr(encoder._model, "predict", short)
    most = 4
    assert encoder.score(PAIRS) == pytest.approx(wanted, abs=1e-6)
    assert encoder.score(PAIRS) == pytest.approx(wanted, abs=1e-6)
    assert sizes == [32, 16, 8, 4, 4]
    most = 0
    with pytest.raises(RerankerError, match=r"failed on cpu \(.*can't allocate memory\)") as caught:
        encoder.score(PAIRS)
    assert "retrieval.reranker" in caught.value.remedy


def test_weights_that_give_no_numbers_are_told(tiny: Path, tmp_path: Path) -> None:
    from transformers import AutoModelForSequenceClassification

    folder = shutil.copytree(tiny, tmp_path / "broken")
    model = AutoModelForSequenceClassification.from_pretrained(folder)
    model.classifier.weight.data.fill_(float("nan"))
    model.save_pretrained(folder)
    with pytest.raises(RerankerError, match="gives no numbers in fp32"):
        LocalCrossEncoder(str(folder), device="cpu").score(PAIRS)


def refused(model: Path | str, match: str) -> str:
    with pytest.raises(RerankerError, match=match) as caught:
        load_reranker(str(model), CPU)
    assert "retrieval.reranker" in caught.value.remedy or "safetensors" in caught.value.remedy
    return caught.value.remedy


def test_another_number_of_labels_is_refused(tmp_path: Path) -> None:
    remedy = refused(cross_encoder(tmp_path / "nli", labels=3), "has 3 labels instead of one")
    assert "one label" in remedy
    refused(cross_encoder(tmp_path / "pair", labels=2), "has 2 labels instead of one")


def test_an_embedding_model_is_refused(tmp_path: Path) -> None:
    """The library would load it with a head of random weights, and rerank at random."""
    refused(saved(tmp_path / "embedder"), "is no cross-encoder: it is a BertModel")


def test_weights_in_a_pickle_are_refused(tiny: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny, tmp_path / "pickle")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    refused(folder, r"keeps weights in a pickle \(pytorch_model.bin\)")


def test_code_of_a_model_is_not_run(tiny: Path, tmp_path: Path) -> None:
    import json

    folder = shutil.copytree(tiny, tmp_path / "code")
    (folder / "modeling.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\n", encoding="utf-8")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config |= {"model_type": "own", "auto_map": {"AutoConfig": "modeling.Own", "AutoModel": "modeling.Own"}}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    refused(folder, "code' cannot be loaded on cpu")
    assert not (tmp_path / "ran").exists()


def test_what_is_not_here_is_told_without_the_network(tmp_path: Path) -> None:
    refused("no-such/model", "The reranker 'no-such/model' is neither a folder nor in the local cache")
    refused(tmp_path / "none", "There is no model in")
    refused("./none", "There is no model in ./none")
    (tmp_path / "empty").mkdir()
    refused(tmp_path / "empty", "empty' cannot be loaded on cpu")


def test_damaged_weights_and_absent_devices_are_told(tiny: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny, tmp_path / "broken")
    (folder / "model.safetensors").write_bytes(b"not weights")
    refused(folder, "broken' cannot be loaded on cpu")
    with pytest.raises(RerankerError, match="cannot be loaded on toaster"):
        load_reranker(str(tiny), EmbedderSettings(device="toaster"))
