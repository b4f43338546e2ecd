"""A tiny course, built for real in a second."""

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import Unigram

from ingest.build import Build
from rag.assistant import Assistant
from rag.embeddings.static import save_static
from rag.settings import Settings, load_settings

DOCUMENTS = {
    "regularization.md": "# 정규화\n\n드롭아웃은 학습할 때 뉴런을 무작위로 끄는 정규화 기법이다.\n\n"
    "배치 정규화는 더 높은 학습률을 쓸 수 있게 한다.\n",
    "attention.md": "# Attention\n\nThe transformer was introduced in 2017 by researchers at Google.\n\n"
    "Multi-head attention projects queries, keys and values several times.\n",
    "search.md": "# 검색\n\nBM25는 단어의 빈도와 희귀도로 문서의 순위를 매긴다.\n",
}


@pytest.fixture(scope="session")
def course_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of an index over three small documents, built with a character embedder."""
    folder = tmp_path_factory.mktemp("course")
    for name, text in DOCUMENTS.items():
        (folder / "documents" / name).parent.mkdir(exist_ok=True)
        (folder / "documents" / name).write_text(text, encoding="utf-8")
    characters = sorted(set("".join(DOCUMENTS.values())) | set("abcdefghijklmnopqrstuvwxyz"))
    tokenizer = Tokenizer(Unigram([("<unk>", 0.0), *((char, -1.0) for char in characters)], unk_id=0))
    vectors = np.random.default_rng(7).normal(size=(len(characters) + 1, 16)).astype(np.float32)
    save_static(folder / "model", "characters", tokenizer.to_str(), vectors)
    settings = load_settings(
        index={"path": folder / "index"}, embedder={"model": str(folder / "model")}, parse={"workers": 1}
    )
    Build(settings).run([folder / "documents"])
    return settings


@pytest.fixture
def assistant(course_settings: Settings) -> Assistant:
    """An assistant over the tiny course."""
    return Assistant(course_settings)
