"""All settings: frozen, in sections, from ``course-rag.toml``, ``COURSE_RAG_*`` and flags, in rising priority.

Nothing is read at import: ``load_settings`` is called once by each door. A key that does not exist is an error, so
that a misspelt setting cannot be silently without effect.
"""

import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableVariable

from rag.errors import SettingsError

CONFIG_FILE = "course-rag.toml"
"""Read from the working directory when no ``--config`` is given."""

SearchMode = Literal["hybrid", "similarity", "mmr", "keyword"]


class Section(BaseModel):
    """Base of the sections: immutable, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ParseSettings(Section):
    """How source files are found and read."""

    ignore: tuple[str, ...] = Field((), description="Patterns in .gitignore syntax of files to leave out.")
    timeout_s: float = Field(120.0, gt=0, description="Seconds a file may take without progress before it is given up.")
    memory_mib: int = Field(4096, ge=512, description="Memory in MiB one file may take before it is given up.")
    workers: int = Field(0, ge=0, description="Parsing processes; 0 is one per core, at most 8.")
    max_file_mib: int = Field(512, ge=1, description="Files larger than this many MiB are skipped, and said so.")
    notebook_output_chars: int = Field(1000, ge=0, description="Characters kept of each notebook output.")
    ocr: Literal["auto", "off"] = Field(
        "auto",
        description="auto: Tesseract, where it is installed, reads pages and pictures without text; or off.",
    )
    ocr_languages: str = Field("kor+eng", description="Languages of Tesseract, joined by +.")
    ocr_max_pages: int = Field(300, ge=0, description="Pages of one file that may be read by OCR.")
    speech_model: str = Field("", description="Folder of faster-whisper weights for audio and video; empty: not read.")
    web_max_pages: int = Field(500, ge=1, description="Pages fetched at most from one sitemap that was given.")
    web_timeout_s: float = Field(20.0, gt=0, description="Seconds to wait for a page of the web.")


class MaskSettings(Section):
    """What is masked before anything is stored."""

    secrets: bool = Field(True, description="Mask passwords, keys and tokens.")
    personal: bool = Field(True, description="Mask resident registration, phone and card numbers.")
    emails: bool = Field(False, description="Mask e-mail addresses.")


class ChunkSettings(Section):
    """How documents are cut."""

    max_tokens: int = Field(
        384, ge=16, description="Longest chunk, in tokens of the embedder; less where it reads less. Code: half more."
    )


class DedupSettings(Section):
    """When two chunks count as the same."""

    enabled: bool = Field(True, description="Remove exact and near duplicates.")
    similarity: float = Field(
        0.9, gt=0, le=1, description="Share of a passage's letters that must stand elsewhere for it to be left out."
    )


class EmbedderSettings(Section):
    """Which embedding model, and where it runs."""

    model: str = Field(
        "duo-ko-en",
        description="Bundled: duo-ko-en, mini-ko-en, static-ko-en (fastest); or a sentence-transformers folder or hub "
        "name.",
    )
    device: str = Field(
        "auto", description="auto, cpu, mps, cuda:1, several as cuda:0,cuda:1; for sentence-transformers models."
    )
    precision: Literal["auto", "fp32", "fp16", "bf16"] = Field(
        "auto", description="Of those models; auto: bf16 on a GPU that supports it, else fp16 there, fp32 on a CPU."
    )
    batch_tokens: int = Field(
        0, ge=0, description="Tokens per batch of those models, padding included; 0: found by probing on a GPU."
    )
    batch_size: int = Field(0, ge=0, description="Most texts per batch; 0: as many as the tokens allow.")
    query_prompt: str | None = Field(
        None, description="Put before a question, e.g. 'query: '; none: the model's own, if it has one."
    )
    passage_prompt: str | None = Field(
        None, description="Put before a passage, e.g. 'passage: '; none: the model's own, if it has one."
    )


class IndexSettings(Section):
    """Where the index lives, how vectors are searched, and how many versions are kept."""

    path: Path = Field(Path("data/index"), description="Folder of the index.")
    vectors: Literal["auto", "flat", "fp16", "sq8", "hnsw", "ivf"] = Field(
        "auto", description="Kind of vector index: auto (by count), flat (exact), fp16, sq8, hnsw, ivf."
    )
    window_chars: int = Field(
        240, ge=0, description="Every few sentences of a passage get a vector too, of so many characters; 0: none."
    )
    min_recall: float = Field(
        0.99, ge=0, le=1, description="Least recall@10 against exact search that auto accepts of a vector index."
    )
    keep_versions: int = Field(5, ge=1, description="Versions kept for rollback; older ones are pruned.")
    lock_timeout_s: float = Field(5.0, ge=0, description="Seconds to wait for another build to end.")


class RetrievalSettings(Section):
    """How passages are found."""

    mode: SearchMode = Field("hybrid", description="hybrid, similarity, mmr or keyword.")
    k: int = Field(5, ge=1, le=1000, description="Passages handed to the language model.")
    fetch_k: int = Field(50, ge=1, le=10_000, description="Candidates taken from each index before fusion or MMR.")
    threshold: float | None = Field(
        None, description="Hits scoring lower are dropped; the score's range is the mode's."
    )
    mmr_lambda: float = Field(0.5, ge=0, le=1, description="MMR: 1 is pure relevance, 0 pure diversity.")
    fusion: Literal["convex", "rrf"] = Field("convex", description="Hybrid: fuse scores (convex) or ranks (rrf).")
    dense_weight: float = Field(0.4, ge=0, le=1, description="Hybrid: weight of the dense side, lexical has the rest.")
    interleave: bool = Field(True, description="Hybrid: keep places for what the embeddings alone find.")
    term_weight: float = Field(0.7, ge=0, le=1, description="Weight of the course's other names for a term; 0: off.")
    lexicon_weight: float = Field(0.8, ge=0, le=1, description="Weight of the bundled translations of a term; 0: off.")
    repair: bool = Field(True, description="Put right what was mistyped in a question, by the words of the course.")
    decompose: bool = Field(True, description="Search the parts of a question that asks two things, too.")
    reranker: str | None = Field(
        None, description="Cross-encoder that rereads the candidates (extra neural): a folder or a hub name; none: off."
    )
    rerank_k: int = Field(30, ge=1, le=1000, description="Candidates it rereads; never fewer than passages asked for.")
    bigram_weight: float = Field(0.3, ge=0, le=2, description="Weight of syllable bigrams beside words in BM25.")
    multi_query: int = Field(0, ge=0, le=8, description="Other wordings of a question to search, by the LLM; 0: none.")
    hyde: bool = Field(False, description="Search with a passage that the LLM imagines as the answer, too.")
    section_chars: int = Field(
        3000, ge=0, description="A hit is handed to an LLM with its section, up to so many characters; 0: by itself."
    )


class LLMSettings(Section):
    """Which language model answers."""

    model: str = Field("extractive", description="'extractive' (offline), or PROVIDER:MODEL for init_chat_model.")
    base_url: str | None = Field(None, description="Address of an OpenAI-compatible or Ollama server.")
    temperature: float = Field(0.0, ge=0, le=2, description="Sampling temperature.")
    timeout_s: float = Field(60.0, gt=0, description="Seconds to wait for an answer.")
    max_retries: int = Field(2, ge=0, description="Retries on rate limits and server errors.")
    context_chars: int = Field(12_000, ge=500, description="Longest context handed over, in characters.")
    unsupported: Literal["drop", "mark", "keep"] = Field(
        "drop",
        description="Sentences of an LLM that no passage supports: left out and told, marked, or kept (unchecked).",
    )
    fallback: bool = Field(
        False, description="Answer with sentences of the documents, and say so, when the LLM cannot be used."
    )
    agent: bool = Field(False, description="Let the LLM search several times itself (extra agent).")
    agent_steps: int = Field(6, ge=1, le=50, description="Searches and readings of an agent at most.")


class UISettings(Section):
    """The Streamlit chat."""

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8501, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")


class Settings(BaseSettings):
    """Every setting of course-rag."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        env_prefix="COURSE_RAG_",
        env_nested_delimiter="__",
        nested_model_default_partial_update=True,
    )

    index: IndexSettings = Field(default_factory=IndexSettings)
    parse: ParseSettings = Field(default_factory=ParseSettings)
    mask: MaskSettings = Field(default_factory=MaskSettings)
    chunk: ChunkSettings = Field(default_factory=ChunkSettings)
    dedup: DedupSettings = Field(default_factory=DedupSettings)
    embedder: EmbedderSettings = Field(default_factory=EmbedderSettings)
    retrieval: RetrievalSettings = Field(default_factory=RetrievalSettings)
    llm: LLMSettings = Field(default_factory=LLMSettings)
    ui: UISettings = Field(default_factory=UISettings)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment before the file, whose values come in as arguments."""
        return env_settings, init_settings


def load_settings(config: Path | None = None, **overrides: dict[str, Any]) -> Settings:
    """Read the settings.

    Args:
        config: a TOML file; None reads ``course-rag.toml`` of the working directory if it is there.
        overrides: values from flags, per section: ``retrieval={"k": 3}``; they win over everything.

    Raises:
        SettingsError: the file is missing or not TOML, or a value or key is wrong.
    """
    path = config or Path(CONFIG_FILE)
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8")) if config or path.exists() else {}
        settings = Settings(**values)
        return _with_overrides(settings, overrides)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"The settings file {path} cannot be read ({error}).", remedy="Give an existing UTF-8 file to --config."
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f"The settings file {path} is not valid TOML: {error}.", remedy="Mend the line it names."
        ) from error
    except ValidationError as error:
        raise _told(error) from error
    except UnreadableVariable as error:
        raise SettingsError(
            f"A COURSE_RAG_ environment variable is not valid JSON ({error}).",
            remedy="Set single values instead, such as COURSE_RAG_RETRIEVAL__K=3.",
        ) from error


def _with_overrides(settings: Settings, overrides: dict[str, dict[str, Any]]) -> Settings:
    sections = {}
    for name, values in overrides.items():
        section = getattr(settings, name)
        # model_validate, not model_copy: a copy would take any value unchecked.
        sections[name] = type(section).model_validate(section.model_dump() | values)
    return settings.model_copy(update=sections)


def _told(error: ValidationError) -> SettingsError:
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return SettingsError(
            f"There is no setting {name}.", remedy="See the list of settings in README.md, or `course-rag doctor`."
        )
    return SettingsError(
        f"The setting {name} is wrong: {first['msg']}.", remedy="See the list of settings in README.md."
    )
