"""Optional libraries: imported where they are used, told by the name of their extra where they are missing."""

import importlib
from types import ModuleType

from rag.errors import MissingExtraError


def require(module: str, *, extra: str) -> ModuleType:
    """Import an optional module.

    Args:
        module: dotted name of the module.
        extra: extra of this distribution that installs it.

    Raises:
        MissingExtraError: the module, or one it needs, is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingExtraError(
            f"{module} cannot be imported ({error}).",
            remedy=f"Install it: pip install -c constraints.txt 'course-rag[{extra}]'",
        ) from error
