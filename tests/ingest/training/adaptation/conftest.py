"""A course whose model can be adapted."""

from pathlib import Path

import pytest
from glossed_course import write_glossed_course

from ingest.build import Build
from ingest.workers import serial_map
from rag.index.course import Course
from rag.settings import EmbedderSettings, IndexSettings, Settings


@pytest.fixture(scope="session")
def glossed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Index folder of the course with words of its own, by the static model. Do not change it."""
    folder = tmp_path_factory.mktemp("glossed")
    settings = Settings(index=IndexSettings(path=folder / "index"), embedder=EmbedderSettings(model="static-ko-en"))
    Build(settings, file_map=serial_map).run([write_glossed_course(folder / "files")])
    return folder / "index"


@pytest.fixture
def glossed_course(glossed: Path) -> Course:
    """The opened course."""
    return Course.open(glossed)
