import json
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from rag.embeddings import static
from rag.embeddings.static import BUNDLED, StaticEmbeddings, pack, quantise, save_static, unpack
from rag.errors import EmbedderError

TRANSLATIONS = [
    ("학습률이 너무 크면 손실이 발산합니다.", "If the learning rate is too large, the loss diverges."),
    ("이미지 분류를 위해 합성곱 신경망을 훈련합니다.", "We train a convolutional neural network to classify images."),
    ("리스트에 항목을 추가하려면 append 메서드를 호출하세요.", "Call the append method to add an item to a list."),
    ("데이터베이스 연결을 닫는 것을 잊지 마세요.", "Do not forget to close the connection to the database."),
    ("과적합을 막기 위해 드롭아웃을 사용합니다.", "Dropout is used to prevent overfitting."),
]


@pytest.fixture(scope="module")
def bundled() -> StaticEmbeddings:
    return StaticEmbeddings.load(BUNDLED)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A model of 4 tokens in 4 dimensions, with values that four bits hold exactly."""
    tokenizer = Tokenizer.from_str(
        json.dumps(
            {
                "version": "1.0",
                "added_tokens": [],
                "pre_tokenizer": {"type": "WhitespaceSplit"},
                "model": {"type": "WordLevel", "vocab": {"<unk>": 0, "a": 1, "b": 2, "c": 3}, "unk_token": "<unk>"},
            }
        )
    )
    vectors = np.array([[0, 0, 0, 0], [7, 0, 0, 0], [0, 7, 0, 0], [0, -14, 2, 0]], dtype=np.float32)
    save_static(tmp_path / "small", "small", tokenizer.to_str(), vectors)
    return tmp_path / "small"


def token_vectors(folder: Path) -> NDArray[np.float32]:
    """The vectors from the file as it lies there: low four bits, then high four bits, minus 8, times the scale."""
    tensors = load_file(folder / "model.safetensors")
    rows = [[byte % 16 - 8 for byte in row] + [byte // 16 - 8 for byte in row] for row in tensors["codes"].tolist()]
    return np.array(rows, dtype=np.float32) * tensors["scales"][:, None]


def brute_force(tokenizer: Tokenizer, vectors: NDArray[np.float32], text: str) -> NDArray[np.float64]:
    """The mean of the text's token vectors in double precision."""
    ids = tokenizer.encode(text, add_special_tokens=False).ids
    total = np.zeros(vectors.shape[1])
    for token in ids:
        total += vectors[token].astype(np.float64)
    mean = total / max(1, len(ids))
    return mean / (np.linalg.norm(mean) or 1.0)


def test_known_vectors(small: Path) -> None:
    model = StaticEmbeddings.load(small)
    assert (model.dimension, model.max_tokens) == (4, None)
    expected = [[1, 0, 0, 0], [0.5**0.5, 0.5**0.5, 0, 0], [2 / 5**0.5, 1 / 5**0.5, 0, 0]]
    assert model.embed_array(["c"]) == pytest.approx(np.array([[0, -7, 1, 0]]) / 50**0.5, abs=1e-6)
    assert model.embed_array(["a", "a b", "a a b"]) == pytest.approx(np.array(expected), abs=1e-6)
    assert model.embed_query("a b") == pytest.approx([0.5**0.5, 0.5**0.5, 0, 0], abs=1e-6)
    assert model.embed_documents(["b", "a"]) == [[0, 1, 0, 0], [1, 0, 0, 0]]


def test_text_without_known_tokens_is_zero(small: Path, bundled: StaticEmbeddings) -> None:
    vectors = StaticEmbeddings.load(small).embed_array(["", "x \ud800 z", "x a"])
    assert vectors.tolist() == [[0, 0, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]]
    assert not bundled.embed_array(["", "  \n"]).any()
    assert bundled.embed_array([]).shape == (0, bundled.dimension)


def test_quantised_rows_are_near() -> None:
    vectors = np.random.default_rng(1).standard_normal((50, 512)).astype(np.float32)
    vectors[7] = 0
    codes, scales = quantise(vectors)
    stored = codes * scales[:, None]
    inside = np.abs(vectors) <= 7 * scales[:, None]
    assert np.abs(codes).max() == 7
    assert (np.abs(stored - vectors) <= scales[:, None] / 2 + 1e-6)[inside].all()
    assert scales[7] == 0 and not codes[7].any()
    stored, vectors = np.delete(stored, 7, axis=0), np.delete(vectors, 7, axis=0)
    cosines = (stored * vectors).sum(axis=1) / np.linalg.norm(stored, axis=1) / np.linalg.norm(vectors, axis=1)
    assert cosines.min() > 0.99


@given(
    arrays(
        np.int8, st.tuples(st.integers(0, 5), st.integers(1, 4).map(lambda half: 2 * half)), elements=st.integers(-7, 7)
    )
)
def test_unpack_undoes_pack(codes: NDArray[np.int8]) -> None:
    assert pack(codes).shape == (len(codes), codes.shape[1] // 2)
    assert np.array_equal(unpack(pack(codes)), codes)


def test_equals_brute_force(bundled: StaticEmbeddings) -> None:
    texts = [side for pair in TRANSLATIONS for side in pair]
    # The last one is longer than a piece, so that the seam is crossed.
    texts += ["GPU", " ".join(texts) * 100]
    tokenizer, vectors = Tokenizer.from_file(str(BUNDLED / "tokenizer.json")), token_vectors(BUNDLED)
    expected = np.array([brute_force(tokenizer, vectors, text) for text in texts])
    assert bundled.embed_array(texts) == pytest.approx(expected, abs=2e-6)
    assert np.linalg.norm(bundled.embed_array(texts), axis=1) == pytest.approx(1, abs=1e-6)


@given(
    st.lists(st.text(alphabet="경사 하강법 gradient 3.", max_size=60), min_size=1, max_size=12),
    st.randoms(use_true_random=False),
    st.integers(1, 40),
)
@settings(max_examples=40, deadline=None)
def test_a_row_depends_on_its_text_alone(
    bundled: StaticEmbeddings, texts: list[str], random: Random, limit: int
) -> None:
    alone = np.concatenate([bundled.embed_array([text]) for text in texts])
    order = list(range(len(texts)))
    random.shuffle(order)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(static, "_BATCH_CHARACTERS", limit)
        together = bundled.embed_array([texts[position] for position in order])
    assert np.array_equal(together, alone[order])


def test_translations_are_closer_than_other_texts(bundled: StaticEmbeddings) -> None:
    korean = bundled.embed_array([pair[0] for pair in TRANSLATIONS])
    english = bundled.embed_array([pair[1] for pair in TRANSLATIONS])
    similarities = korean @ english.T
    others = np.where(np.eye(len(TRANSLATIONS), dtype=bool), -1, similarities)
    assert (similarities.diagonal() > others.max(axis=1) + 0.15).all()
    assert (similarities.diagonal() > others.max(axis=0) + 0.15).all()


def test_identity_follows_the_content_not_the_folder(small: Path, tmp_path: Path) -> None:
    first = StaticEmbeddings.load(small).identity
    moved = small.rename(tmp_path / "moved")
    assert StaticEmbeddings.load(moved).identity == first
    assert first.startswith("small@sha256:")
    weights = (moved / "model.safetensors").read_bytes()
    (moved / "model.safetensors").write_bytes(weights[:-1] + bytes([weights[-1] ^ 1]))
    assert StaticEmbeddings.load(moved).identity != first


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "other"])
def test_a_damaged_model_is_told_with_its_remedy(small: Path, name: str, damage: str) -> None:
    file = small / name
    content = file.read_bytes()
    file.unlink()
    if damage != "missing":
        file.write_bytes({"empty": b"", "cut": content[: len(content) // 2], "other": b"[1, 2]"}[damage])
    with pytest.raises(EmbedderError, match=name) as caught:
        StaticEmbeddings.load(small)
    assert "course-rag embedder train" in caught.value.remedy


def test_files_that_do_not_fit_are_told(small: Path) -> None:
    config = json.loads((small / "config.json").read_text(encoding="utf-8"))
    (small / "config.json").write_text(json.dumps({**config, "dimension": 6}), encoding="utf-8")
    with pytest.raises(EmbedderError, match="4 dimensions, the configuration 6"):
        StaticEmbeddings.load(small)
    (small / "config.json").write_text(json.dumps({**config, "max_tokens": "all"}), encoding="utf-8")
    with pytest.raises(EmbedderError, match="max_tokens in config.json must be null or a number from 1, not 'all'"):
        StaticEmbeddings.load(small)
    (small / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (small / "tokenizer.json").write_bytes((BUNDLED / "tokenizer.json").read_bytes())
    with pytest.raises(EmbedderError, match="the weights have 4 tokens"):
        StaticEmbeddings.load(small)


def test_max_tokens_truncates(small: Path) -> None:
    config = json.loads((small / "config.json").read_text(encoding="utf-8"))
    (small / "config.json").write_text(json.dumps({**config, "max_tokens": 2}), encoding="utf-8")
    model = StaticEmbeddings.load(small)
    assert model.max_tokens == 2
    assert np.array_equal(model.embed_array(["a b c c c"]), model.embed_array(["a b"]))


def test_same_vectors_as_sentence_transformers(bundled: StaticEmbeddings) -> None:
    modules = pytest.importorskip("sentence_transformers.sentence_transformer.modules")
    library = pytest.importorskip("sentence_transformers")
    tokenizer = Tokenizer.from_file(str(BUNDLED / "tokenizer.json"))
    module = modules.StaticEmbedding(tokenizer, embedding_weights=token_vectors(BUNDLED))
    theirs = library.SentenceTransformer(modules=[module], device="cpu")
    texts = [side for pair in TRANSLATIONS for side in pair]
    expected = theirs.encode(texts, normalize_embeddings=True)
    assert bundled.embed_array(texts) == pytest.approx(expected, abs=2e-6)
