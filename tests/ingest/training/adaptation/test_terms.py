"""A name taken out of a text."""

from ingest.training.adaptation.terms import without


def test_a_name_is_taken_out_with_its_parentheses() -> None:
    text = "전이학습(Transfer Learning)은 transfer learning의 번역이다. transfer learnings"
    assert without(text, "Transfer Learning") == "전이학습은 의 번역이다. transfer learnings"
    assert without(text, "전이학습") == "(Transfer Learning)은 transfer learning의 번역이다. transfer learnings"
