"""A course's model from end to end: kept if it won, forgotten if not."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from tiny_models import saved

from ingest.build import Build
from ingest.training.adaptation.adapting import Adaptation, AdaptSettings, adapt
from ingest.workers import serial_map
from rag.chunks import Chunk
from rag.embeddings.combined import CombinedEmbeddings, save_parts
from rag.embeddings.loading import load_embedder
from rag.embeddings.neural import NeuralEmbeddings
from rag.errors import EmbedderError, EmbedderMismatchError, InputError
from rag.index.course import Course
from rag.settings import EmbedderSettings, IndexSettings, Settings

pytest.importorskip("torch")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def quiet(_: str) -> None:
    """Nothing is said."""


@pytest.fixture(scope="module")
def won(glossed: Path, tmp_path_factory: pytest.TempPathFactory) -> Adaptation:
    return adapt(Course.open(glossed), tmp_path_factory.mktemp("won") / "made" / "mine", AdaptSettings(), quiet)


def test_words_of_the_course_are_learnt_and_the_model_is_kept(won: Adaptation, glossed: Path) -> None:
    assert won.adopted and won.folder is not None
    assert won.verdict.low > 0
    assert won.verdict.after["heading"].mrr_at_10 > won.verdict.before["heading"].mrr_at_10 + 0.05
    assert won.model == Course.open(glossed).embedder.identity
    adapted = load_embedder(EmbedderSettings(model=str(won.folder)))
    assert adapted.identity == won.adapted
    assert adapted.identity.startswith("mine@sha256:")
    assert {each.name for each in won.folder.parent.iterdir()} == {"mine"}
    assert won.folder.stat().st_mode & 0o777 == 0o755


def test_the_card_has_the_figures_and_neither_text_nor_path(won: Adaptation, glossed: Path) -> None:
    assert won.folder is not None
    card = (won.folder / "README.md").read_text(encoding="utf-8")
    before, after = won.verdict.before["all"], won.verdict.after["all"]
    assert won.model in card
    assert f"| {before.questions} | {before.recall_at_1:.3f} → {after.recall_at_1:.3f} |" in card
    assert f"{won.verdict.low:+.3f} to {won.verdict.high:+.3f}" in card
    assert str(won.folder.parent) not in card and str(glossed) not in card
    assert not re.search("[가-힣]", card)
    for file in won.folder.iterdir():
        assert "점검표".encode() not in file.read_bytes() or file.name == "tokenizer.json"


def test_the_index_refuses_the_adapted_model_until_it_is_built_with_it(
    won: Adaptation, glossed: Path, tmp_path: Path
) -> None:
    import shutil

    shutil.copytree(glossed, tmp_path / "index")
    settings = Settings(index=IndexSettings(path=tmp_path / "index"), embedder=EmbedderSettings(model=str(won.folder)))
    files = glossed.parent / "files"
    with pytest.raises(EmbedderMismatchError) as told:
        Build(settings, file_map=serial_map).run([files])
    assert "--full" in told.value.remedy
    Build(settings, full=True, file_map=serial_map).run([files])
    assert Course.open(tmp_path / "index").embedder.identity == won.adapted


def test_what_does_not_win_leaves_nothing_behind(glossed_course: Course, tmp_path: Path) -> None:
    # A single step is too short to move a vector by half a code.
    found = adapt(glossed_course, tmp_path / "new" / "mine", AdaptSettings(steps=1), quiet)
    assert (found.adopted, found.folder, found.adapted) == (False, None, None)
    assert (found.verdict.difference, found.verdict.low) == (0.0, 0.0)
    assert found.verdict.before == found.verdict.after
    assert list(tmp_path.iterdir()) == []


def test_a_model_is_not_overwritten_and_names_do_not_collide(glossed_course: Course, tmp_path: Path) -> None:
    from ingest.training.adaptation.adapting import _free_folder

    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "config.json").touch()
    with pytest.raises(InputError, match="is taken"):
        adapt(glossed_course, tmp_path / "taken", AdaptSettings(), quiet)
    here = replace(glossed_course, folder=replace(glossed_course.folder, path=tmp_path))
    assert _free_folder(here, None) == tmp_path / "embedder" / "static-ko-en-adapted"
    (tmp_path / "embedder" / "static-ko-en-adapted").mkdir(parents=True)
    assert _free_folder(here, None) == tmp_path / "embedder" / "static-ko-en-adapted-2"


def test_a_folder_that_cannot_be_made_is_told(glossed_course: Course, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be written"):
        adapt(glossed_course, tmp_path / "file" / "mine", AdaptSettings(steps=1), quiet)


def test_a_small_course_is_told(course: Course, tmp_path: Path) -> None:
    here = replace(course, embedder=load_embedder(EmbedderSettings(model="static-ko-en")))
    with pytest.raises(InputError, match="too small") as told:
        adapt(here, tmp_path / "mine", AdaptSettings(), quiet)
    assert "40 on 8 are needed" in told.value.message
    assert list(tmp_path.iterdir()) == []


def test_a_model_of_another_kind_is_told(glossed_course: Course, tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers")
    other = replace(glossed_course, embedder=NeuralEmbeddings(str(saved(tmp_path / "other"))))
    with pytest.raises(EmbedderError, match="cannot be adapted") as told:
        adapt(other, tmp_path / "mine", AdaptSettings(), quiet)
    assert "static-ko-en" in told.value.remedy


def test_a_large_course_is_sampled_by_whole_sections(
    glossed_course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingest.training.adaptation import adapting
    from ingest.training.adaptation.sections import sections_of

    told: list[str] = []
    monkeypatch.setattr(adapting, "MOST_CHUNKS", 60)
    chunks = adapting._chunks(glossed_course, told.append)
    table = glossed_course.store.table
    every = [Chunk.from_document(each) for each in table.get(table.matching({}))]
    whole = {section.name: len(section.rows) for section in sections_of(every)}
    drawn = sections_of(chunks)
    assert 50 < len(chunks) <= 60
    assert all(len(section.rows) == whole[section.name] for section in drawn)
    assert 0.05 < sum(section.held_out for section in drawn) / len(drawn) < 0.4
    assert told == [f"{len(chunks)} of {len(every)} passages are used"]


def test_of_models_side_by_side_each_is_continued(glossed: Path, tmp_path: Path) -> None:
    save_parts(tmp_path / "before", "pair", {"static-ko-en": 1.0})
    here = replace(Course.open(glossed), embedder=load_embedder(EmbedderSettings(model=str(tmp_path / "before"))))
    told: list[str] = []
    found = adapt(here, tmp_path / "after", AdaptSettings(), told.append)
    assert found.adopted and "static-ko-en:" in told
    after = load_embedder(EmbedderSettings(model=str(tmp_path / "after")))
    assert isinstance(after, CombinedEmbeddings)
    assert [(part.name, part.weight) for part in after.parts] == [("static-ko-en", 1.0)]
    assert after.parts[0].embedder.identity.startswith("static-ko-en-adapted@sha256:")
    assert after.identity == found.adapted != here.embedder.identity
