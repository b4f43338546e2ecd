import numpy as np
import pytest

from eval.fitting.sentence_fit import Choice, first_is_right, fit, log_likelihoods


def made_choices(weights: list[float], count: int, *, also: bool = False) -> list[Choice]:
    """Sentences of which one was chosen with the odds that these weights give it; with ``also``, two at a time."""
    rng = np.random.default_rng(3)
    found = []
    for _ in range(count):
        values = rng.uniform(0, 1, (6, len(weights)))
        odds = np.exp(values @ np.array(weights))
        right = np.zeros(6, bool)
        right[rng.choice(6, size=1 + also, replace=False, p=odds / odds.sum())] = True
        found.append(Choice(values, right))
    return found


def test_the_weights_behind_the_choices_are_found() -> None:
    assert fit(made_choices([4.0, -2.0, 0.0], 3000)) == pytest.approx([4.0, -2.0, 0.0], abs=0.25)


def test_several_right_sentences_do_not_lead_the_fit_astray() -> None:
    choices = made_choices([4.0, -2.0, 0.0], 300, also=True)
    weights = fit(choices)
    assert weights[0] > 1 > 0 > weights[1]
    assert sum(log_likelihoods(choices, weights)) > sum(log_likelihoods(choices, np.zeros(3)))


def test_questions_whose_answer_was_not_read_do_not_count() -> None:
    values = np.array([[0.0], [1.0]])
    answered, missed = Choice(values, np.array([False, True])), Choice(values, np.array([False, False]))
    assert first_is_right([answered, missed], np.array([2.0])) == 1.0
    assert first_is_right([answered, missed], np.array([-2.0])) == 0.0
    assert log_likelihoods([answered, missed], np.array([0.0])) == pytest.approx([np.log(0.5)])
    assert fit([answered, missed]) == pytest.approx(fit([answered]))
