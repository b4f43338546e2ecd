import pickle
import sys

import pytest

from rag import errors
from rag.errors import CourseRagError, LLMError, LLMTimeoutError, MissingExtraError, ParseError
from rag.extras import require

KINDS = sorted(
    (kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, CourseRagError)),
    key=lambda kind: kind.__name__,
)


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_comes_back_from_a_worker_with_its_remedy(kind: type[CourseRagError]) -> None:
    told = pickle.loads(pickle.dumps(kind("It broke.", remedy="Mend it.")))  # noqa: S301
    assert type(told) is kind
    assert (str(told), told.message, told.remedy) == ("It broke.", "It broke.", "Mend it.")


def test_the_tree_is_drawn_as_it_is() -> None:
    named = {line.split("── ")[1].split()[0] for line in (errors.__doc__ or "").splitlines() if "── " in line}
    assert named == {kind.__name__ for kind in KINDS} - {"CourseRagError"}
    assert LLMTimeoutError.__bases__ == (LLMError,)
    assert ParseError.__bases__ == (errors.InputError,)


def test_a_remedy_cannot_be_forgotten() -> None:
    with pytest.raises(TypeError, match="remedy"):
        CourseRagError("It broke.")  # type: ignore[call-arg]


def test_require_gives_the_module() -> None:
    assert require("json.decoder", extra="cpu") is sys.modules["json.decoder"]


def test_require_names_the_extra_that_installs_it() -> None:
    with pytest.raises(MissingExtraError, match="no_such_library_of_ours cannot be imported") as caught:
        require("no_such_library_of_ours", extra="neural")
    assert "course-rag[neural]" in caught.value.remedy
    assert isinstance(caught.value.__cause__, ImportError)
