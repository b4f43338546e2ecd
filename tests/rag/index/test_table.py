from pathlib import Path

from langchain_core.documents import Document

from rag.index.table import ChunkTable


def document(id_: str, **metadata: object) -> Document:
    return Document(id=id_, page_content=f"text of {id_}", metadata=metadata)


def test_languages_come_in_the_order_asked_for() -> None:
    table = ChunkTable()
    korean, english, silent = table.add([document("a", lang="ko"), document("b", lang="en"), document("c")])
    assert table.languages([english, 999, korean, silent, english]) == ["en", "", "ko", "", "en"]


def test_more_keys_than_one_statement_takes() -> None:
    table = ChunkTable()
    rowids = table.add([document(f"id-{number}", lang="ko" if number % 2 else "en") for number in range(1201)])
    assert table.languages(rowids[::-1]) == ["en", *["ko", "en"] * 600]
    assert [found.id for found in table.get(rowids[::-1])] == [f"id-{number}" for number in range(1200, -1, -1)]
    assert len(table.get_by_ids([f"id-{number}" for number in range(1201)] + ["unknown"])) == 1201


def test_what_is_added_is_there_when_the_file_is_opened_again(tmp_path: Path) -> None:
    table = ChunkTable(tmp_path / "chunks.sqlite")
    table.add([document("a", page=3)])
    table.add([document("a", page=4)])  # the same id: replaced
    table.close()
    again = ChunkTable(tmp_path / "chunks.sqlite", read_only=True)
    assert [found.metadata for found in again.get_by_ids(["a"])] == [{"page": 4}]
    assert len(again) == 1


def test_neighbours_and_parts_of_a_source_are_read_by_their_places() -> None:
    table = ChunkTable()
    table.add([document(name) for name in "abcd"])
    table.remove(["b"])
    assert table.rowids(["d", "unknown", "a"]) == [4, 1]
    assert {rowid: row.id for rowid, row in table.stretch(2, 9).items()} == {3: "c", 4: "d"}
    table.add_source("s.md", "S", "가나다 라마😀바사", [])
    assert table.passages("s.md", [(0, 3), (4, 7), (6, 99)]) == ["가나다", "라마😀", "😀바사"]
    assert table.passages("s.md", []) == table.passages("other.md", [(0, 1)]) == []
