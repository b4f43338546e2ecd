"""LangChain's own suites for the bundled embedder."""

import json
from typing import Any

import pytest
from langchain_core.embeddings import Embeddings
from langchain_tests.integration_tests import EmbeddingsIntegrationTests
from langchain_tests.unit_tests import EmbeddingsUnitTests
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from rag.embeddings.loading import load_embedder
from rag.embeddings.static import BUNDLED, StaticEmbeddings, unpack
from rag.errors import EmbedderError
from rag.settings import EmbedderSettings


class _Bundled:
    @property
    def embeddings_class(self) -> type[Embeddings]:
        return StaticEmbeddings

    @property
    def embedding_model_params(self) -> dict[str, Any]:
        weights = load_file(BUNDLED / "model.safetensors")
        return {
            "folder": BUNDLED,
            "config": json.loads((BUNDLED / "config.json").read_text(encoding="utf-8")),
            "tokenizer": Tokenizer.from_file(str(BUNDLED / "tokenizer.json")),
            "codes": unpack(weights["codes"]),
            "scales": weights["scales"],
        }


class TestUnit(_Bundled, EmbeddingsUnitTests):
    pass


class TestIntegration(_Bundled, EmbeddingsIntegrationTests):
    pass


def test_a_bundled_model_is_found_by_name_and_by_folder() -> None:
    embedder = load_embedder(EmbedderSettings(model="static-ko-en"))
    assert embedder.identity == StaticEmbeddings.load(BUNDLED).identity
    assert embedder.identity == load_embedder(EmbedderSettings(model=str(BUNDLED))).identity


@pytest.mark.parametrize("model", ["./none", "/none", "~/no-such-model"])
def test_a_folder_that_is_not_there_is_told(model: str) -> None:
    with pytest.raises(EmbedderError, match="There is no model in") as caught:
        load_embedder(EmbedderSettings(model=model))
    assert "static-ko-en" in caught.value.remedy
