"""Every kind of module gives what ``encode_document`` gives, quickly tokenised or not."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_models import saved, tokenizer, transformer

from rag.embeddings.engine.tokenised import PlainTokens, QuickTokens, backend_of, clean, token_source
from rag.embeddings.neural import NeuralEmbeddings

pytestmark = pytest.mark.slow
pytest.importorskip("sentence_transformers")

TEXTS = ["gradient descent", "Gradient DESCENT", "기울기 를 따라 gradient", "", "dropout " * 40, "unknown 단어", "를"]


def pooling(**options: Any) -> Any:
    from sentence_transformers.sentence_transformer.modules import Pooling

    return Pooling(8, **options)


def bert(folder: Path) -> Path:
    return saved(folder)


def left_padded_last_token(folder: Path) -> Path:
    return saved(folder, [transformer(folder / "base", decoder=True), pooling(pooling_mode="lasttoken")])


def dense_and_normalize(folder: Path) -> Path:
    from sentence_transformers.sentence_transformer.modules import Dense, Normalize

    return saved(folder, [transformer(folder / "base"), pooling(), Dense(8, 6), Normalize()])


def truncated(folder: Path) -> Path:
    return saved(folder, options={"truncate_dim": 4})


def prompt_left_out_of_pooling(folder: Path) -> Path:
    modules = [transformer(folder / "base"), pooling(include_prompt=False)]
    return saved(folder, modules, options={"prompts": {"document": "passage : "}})


def lower_case(folder: Path) -> Path:
    return saved(folder, [transformer(folder / "base", do_lower_case=True), pooling()])


def static(folder: Path) -> Path:
    import torch
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    torch.manual_seed(4)
    return saved(folder, [StaticEmbedding(tokenizer().backend_tokenizer, embedding_dim=8)])


def router(folder: Path) -> Path:
    from sentence_transformers.sentence_transformer.modules import Router

    query, document = ([transformer(folder / str(seed), seed), pooling()] for seed in (1, 2))
    return saved(folder, [Router.for_query_document(query_modules=query, document_modules=document)])


@pytest.mark.parametrize(
    ("make", "quick"),
    [
        (bert, True),
        (left_padded_last_token, True),
        (dense_and_normalize, True),
        (truncated, True),
        (prompt_left_out_of_pooling, True),
        (lower_case, True),
        (static, False),
        (router, False),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_every_kind_of_model_gives_what_encode_gives(make: Any, quick: bool, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    folder = str(make(tmp_path / "model"))
    plain = SentenceTransformer(folder, device="cpu")
    embedder = NeuralEmbeddings(folder, device="cpu", batch_tokens=40)
    assert isinstance(embedder._runner("document")._source, QuickTokens if quick else PlainTokens)
    wanted = plain.encode_document(TEXTS, normalize_embeddings=True)
    found = embedder.embed_array(TEXTS)
    assert found.shape == (len(TEXTS), embedder.dimension)
    assert found == pytest.approx(wanted, abs=1e-5)
    asked = plain.encode_query(TEXTS, normalize_embeddings=True)
    assert np.array([embedder.embed_query(text) for text in TEXTS]) == pytest.approx(asked, abs=1e-5)
    if make is router:
        assert np.abs(asked - wanted).max() > 1e-3, "the two ways must differ"


def test_quick_features_are_those_of_preprocess(tmp_path: Path) -> None:
    import torch
    from sentence_transformers import SentenceTransformer

    for make in (bert, left_padded_last_token, prompt_left_out_of_pooling):
        model = SentenceTransformer(str(make(tmp_path / make.__name__)), device="cpu")
        source = token_source(model, "passage : ", "document", backend_of(model))
        assert isinstance(source, QuickTokens)
        lengths, items = source.prepare(TEXTS)
        found, wanted = source.features(items), model.preprocess(TEXTS, prompt="passage : ", task="document")
        assert found.values.keys() == wanted.keys()
        for name, value in wanted.items():
            same = torch.equal(value, found.values[name]) if hasattr(value, "numel") else value == found.values[name]
            assert same, name
        mask = wanted["attention_mask"]
        assert (found.tokens, found.padded) == (int(mask.sum()), mask.numel())
        assert lengths.tolist() == mask.sum(dim=1).tolist()


def test_half_a_surrogate_pair_is_a_question_mark(tmp_path: Path) -> None:
    assert clean("a\ud800나") == "a?나"
    embedder = NeuralEmbeddings(str(bert(tmp_path / "model")), device="cpu")
    assert embedder.embed_array(["dropout \ud800"]) == pytest.approx(embedder.embed_array(["dropout ?"]), abs=1e-6)
