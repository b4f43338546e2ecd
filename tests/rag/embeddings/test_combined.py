"""Two embedders side by side: their cosines are averaged, whatever else an embedder promises holds."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rag.embeddings.base import Embedder
from rag.embeddings.combined import CombinedEmbeddings, Part
from rag.embeddings.loading import load_embedder
from rag.errors import EmbedderError
from rag.settings import EmbedderSettings

TEXTS = ["경사하강법은 기울기를 따라 내려간다.", "Gradient descent follows the gradient.", "드롭아웃", "", "x " * 900]


def loaded(model: str) -> Embedder:
    return load_embedder(EmbedderSettings(model=model))


@pytest.fixture(scope="module")
def duo() -> CombinedEmbeddings:
    found = loaded("duo-ko-en")
    assert isinstance(found, CombinedEmbeddings)
    return found


def test_the_default_is_the_two_bundled_tiers(duo: CombinedEmbeddings) -> None:
    assert load_embedder(EmbedderSettings()).identity == duo.identity
    assert [(part.name, part.weight) for part in duo.parts] == [("mini-ko-en", 0.6), ("static-ko-en", 0.4)]
    assert duo.dimension == 384 + 512
    assert duo.token_rule == duo.parts[0].embedder.token_rule


def test_a_cosine_is_the_weighted_mean_of_the_parts(duo: CombinedEmbeddings) -> None:
    texts = TEXTS[:3]
    mini, static = (loaded(part.name).embed_array(texts) for part in duo.parts)
    found = duo.embed_array(texts)
    assert found @ found.T == pytest.approx(0.6 * mini @ mini.T + 0.4 * static @ static.T, abs=1e-5)


def test_rows_are_unit_vectors_and_the_unknown_is_zero(duo: CombinedEmbeddings) -> None:
    assert np.linalg.norm(duo.embed_array(TEXTS), axis=1) == pytest.approx([1, 1, 1, 0, 1], abs=1e-5)


def test_a_part_that_knows_nothing_leaves_the_other_to_speak(duo: CombinedEmbeddings) -> None:
    class Silent(Embedder):
        identity, dimension = "silent", 2

        def embed_array(self, texts: Sequence[str]) -> NDArray[np.float32]:
            return np.zeros((len(texts), 2), np.float32)

        def embed_query(self, text: str) -> list[float]:
            return [0.0, 0.0]

    static = loaded("static-ko-en")
    found = CombinedEmbeddings("half", [Part("a", 0.5, Silent()), Part("b", 0.5, static)]).embed_array(TEXTS[:2])
    assert found[:, :2].max() == 0 and found[:, 2:] == pytest.approx(static.embed_array(TEXTS[:2]), abs=1e-6)


@settings(max_examples=20)
@given(st.permutations(range(len(TEXTS))))
def test_the_order_of_texts_changes_no_vector(duo: CombinedEmbeddings, order: list[int]) -> None:
    straight = duo.embed_array(TEXTS)
    assert np.abs(duo.embed_array([TEXTS[place] for place in order]) - straight[order]).max() < 1e-6


def test_batches_queries_and_documents_agree(duo: CombinedEmbeddings) -> None:
    found = np.full((len(TEXTS), duo.dimension), np.nan, np.float32)
    for batch in duo.embed_batches(TEXTS):
        found[batch.rows] = batch.vectors
        assert batch.tokens == batch.padded > 0
    assert found == pytest.approx(duo.embed_array(TEXTS), abs=1e-6)
    assert duo.embed_query(TEXTS[0]) == pytest.approx(found[0], abs=1e-6)


def write(folder: Path, **told: object) -> Path:
    (folder / "parts.json").write_text(json.dumps(told), encoding="utf-8")
    return folder


def test_a_folder_may_bring_its_own_parts(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    write(tmp_path / "mine", name="inner", parts=[{"model": "static-ko-en", "weight": 1}])
    parts = [{"model": "mine", "weight": 0.25}, {"model": "static-ko-en", "weight": 0.75}]
    found = loaded(str(write(tmp_path, name="outer", parts=parts)))
    assert found.identity.startswith("outer@sha256:") and found.dimension == 1_024


def test_other_weights_are_another_model(tmp_path: Path, duo: CombinedEmbeddings) -> None:
    parts = [{"model": "mini-ko-en", "weight": 0.5}, {"model": "static-ko-en", "weight": 0.5}]
    assert loaded(str(write(tmp_path, name="duo-ko-en", parts=parts))).identity != duo.identity


@pytest.mark.parametrize(
    "told",
    [
        {"name": "no parts"},
        {"name": "a", "parts": [{"model": "static-ko-en", "weight": 0.5}]},
        {"name": "a", "parts": [{"model": "static-ko-en", "weight": 2}, {"model": "mini-ko-en", "weight": -1}]},
        {"name": "a", "parts": [{"model": "static-ko-en"}]},
        {"name": "a", "parts": 3},
        {"name": "a", "parts": []},
    ],
)
def test_wrong_parts_are_told(tmp_path: Path, told: dict[str, object]) -> None:
    with pytest.raises(EmbedderError, match="combined embedding model in .* parts.json"):
        loaded(str(write(tmp_path, **told)))


def test_a_missing_part_is_told(tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match="nobody"):
        loaded(str(write(tmp_path, name="a", parts=[{"model": "nobody", "weight": 1}])))
