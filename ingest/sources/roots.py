"""What a build is given: paths and web addresses, as the user names them and as the manifest records them."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ingest.sources.web.addresses import is_address, normalised
from rag.errors import InputError


@dataclass(frozen=True, slots=True)
class Roots:
    """Files, folders and globs; and web addresses, each once.

    Attributes:
        paths: as given.
        addresses: as they are asked for.
        named: whether the user named them for this build; otherwise they are those of the last one.
    """

    paths: tuple[Path, ...]
    addresses: tuple[str, ...]
    named: bool = True

    @classmethod
    def of(cls, roots: Iterable[Path | str], *, named: bool = True) -> "Roots":
        """Tell the addresses among the roots from the paths.

        Raises:
            InputError: an address cannot be one, or the name of a path is not valid UTF-8.
        """
        # A Path would have made one slash of two.
        given = list(roots)
        addresses = [root for root in given if isinstance(root, str) and is_address(root)]
        paths = [Path(root) for root in given if not (isinstance(root, str) and is_address(root))]
        for path in paths:
            _require_nameable(path)
        return cls(tuple(paths), tuple(dict.fromkeys(map(normalised, addresses))), named)

    def recorded(self) -> list[str]:
        """As the manifest has them."""
        return [*(str(path.absolute()) for path in self.paths), *self.addresses]

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.paths or self.addresses)

    def __str__(self) -> str:
        """As messages name them."""
        return ", ".join([*map(str, self.paths), *self.addresses])


def _require_nameable(path: Path) -> None:
    try:
        str(path.absolute()).encode()
    except UnicodeEncodeError as error:
        raise InputError(
            f"The name of {path} is not valid UTF-8.", remedy="Rename that folder; its files may keep their names."
        ) from error
