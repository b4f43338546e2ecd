"""The build report as JSON, by the contract, and back."""

import json

from ingest.dedup.duplicates import Duplicate
from ingest.elements import Skipped
from ingest.report import BuildReport

REPORT = BuildReport(
    version=3,
    published=True,
    indexed=2,
    unchanged=5,
    skipped=(Skipped("강의.pdf, page 3", "no text"), Skipped("a.pptx", "not read yet")),
    chunks=40,
    duplicates=(Duplicate("b.md", "a.md, p. 1", 0.9312),),
    masked={"password": 2},
    embedded=7,
    took_s=1.23456,
)


def test_json_is_the_contract() -> None:
    assert json.loads(json.dumps(REPORT.to_json())) == {
        "version": 3,
        "files": {
            "indexed": 2,
            "unchanged": 5,
            "skipped": [
                {"source": "강의.pdf, page 3", "why": "no text"},
                {"source": "a.pptx", "why": "not read yet"},
            ],
        },
        "chunks": 40,
        "duplicates": [{"source": "b.md", "kept": "a.md, p. 1", "similarity": 0.9312}],
        "masked": {"password": 2},
        "took_s": 1.235,
    }


def test_back_from_json_it_says_the_same() -> None:
    again = BuildReport.from_json(json.loads(json.dumps(REPORT.to_json())))
    assert again.to_json() == REPORT.to_json()
    assert (again.skipped, again.duplicates, again.published) == (REPORT.skipped, REPORT.duplicates, True)
