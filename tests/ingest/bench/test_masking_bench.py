"""The made sets: large enough, the same each time, and masked as well as is asked."""

from pathlib import Path

import pytest

from ingest.bench import masking as bench
from ingest.bench.secret_sets import fifth, first, fourth, held_out, second, third
from ingest.masking.spans import mask_label

DEVELOPMENT = (first, second, third, fourth, fifth)


def test_the_sets_are_large_enough_in_both_languages() -> None:
    for modules in (DEVELOPMENT, (held_out,)):
        values = [
            (sample.language, kind)
            for module in modules
            for sample in bench.positives(module.SECRETS)
            for *_, kind in sample.secrets
        ]
        assert len(values) >= 200
        assert min(sum(language == each for language, _ in values) for each in ("ko", "en")) >= 100
        assert all(mask_label(kind).startswith("[masked: ") for _, kind in values)
    assert sum(len(module.LOOK_ALIKES) for module in DEVELOPMENT) >= 200


def test_filling_is_repeatable_and_marks_the_values() -> None:
    made = list(bench.positives({"line": ["비밀번호: <<pw>>, commit <<not.hex40>>"]}, draws=3))
    assert made == list(bench.positives({"line": ["비밀번호: <<pw>>, commit <<not.hex40>>"]}, draws=3))
    assert len({sample.text for sample in made}) == 3
    for sample in made:
        [(start, end, kind)] = sample.secrets
        assert (sample.text[:start], sample.text[end:][:9], kind) == ("비밀번호: ", ", commit ", "password")


@pytest.mark.parametrize("modules", [DEVELOPMENT, (held_out,)], ids=["development", "held-out"])
def test_recall_and_precision(modules: tuple[object, ...]) -> None:
    samples = [
        sample
        for module in modules
        for sample in [*bench.positives(module.SECRETS), *bench.negatives(module.LOOK_ALIKES)]  # type: ignore[attr-defined]
    ]
    result = bench.score(samples)
    assert result.groups["all"].recall >= 0.98, result.wrong
    assert result.groups["all"].precision >= 0.98, result.wrong


def test_half_a_value_is_a_miss_and_one_more_character_a_false_alarm() -> None:
    text = "PW: hello2day!, 문의 010-2345-6789"
    half = bench.Sample(text, ((4, 9, "password"), (19, 32, "phone")), "line")
    result = bench.score([half])
    assert (result.groups["kind password"].found, result.groups["kind password"].false_alarms) == (1, 1)
    longer = bench.Sample(text, ((4, 15, "password"), (19, 32, "phone")), "line")
    result = bench.score([longer])
    assert (result.groups["all"].values, result.groups["all"].found) == (2, 1)


def test_the_command_prints_a_table_and_no_value_of_a_document(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "a.md").write_text("# A\n\n비밀번호: hello2day!\n\ntoken = 3\n", encoding="utf-8")
    assert bench.main(["--data", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert "real: a.md, line 3 of its text: password" in printed
    assert "hello2day!" not in printed
