import pytest

from rag.query.grammar.josa import with_particle


@pytest.mark.parametrize(
    ("word", "particle", "expected"),
    [
        ("검색", "는", "검색은"),
        ("청크", "은", "청크는"),
        ("ResNet", "는", "ResNet은"),
        ("BERT", "은", "BERT는"),
        ("MMR", "를", "MMR을"),
        ("GPT-4", "이", "GPT-4가"),
        ("k1", "가", "k1이"),
        ("‘근거’", "은", "‘근거’는"),
        ("색인", "에서", "색인에서"),
        ("모델", "으로", "모델로"),
        ("검색", "로", "검색으로"),
        ("MMR", "으로", "MMR로"),
        ("Top 8", "으로", "Top 8로"),
        ("단어", "으로", "단어로"),
    ],
)
def test_a_particle_fits_the_sound_before_it(word: str, particle: str, expected: str) -> None:
    assert with_particle(word, particle) == expected
