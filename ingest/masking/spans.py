"""Secrets and personal data: where they stand in a text.

Precision matters as much as recall: a course on machine learning is full of ``token = ...``, long hashes and numbers.
So a value counts only by its own form (a key's prefix, a check digit), by its place (an address, a command) or by a
label beside it. Every pattern is bounded, so that time grows with the length of the text alone.
``python -m ingest.bench.masking`` measures it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ingest.masking.credentials import credentials
from ingest.masking.keys import keys
from ingest.masking.personal import emails, personal_numbers
from rag.settings import MaskSettings

_LABELS = {
    "private_key": "private key",
    "api_key": "key",
    "password": "password",
    "login_id": "login",
    "resident_number": "resident number",
    "passport": "passport number",
    "account": "account number",
    "card": "card number",
    "phone": "phone number",
    "email": "e-mail",
}


@dataclass(frozen=True, slots=True)
class MaskSpan:
    """Characters ``start`` to ``end`` hold a value of this kind."""

    start: int
    end: int
    kind: str


def mask_label(kind: str) -> str:
    """What is put in place of a value: ``[masked: password]``."""
    return f"[masked: {_LABELS[kind]}]"


def find_spans(text: str, settings: MaskSettings) -> list[MaskSpan]:
    """Values to be masked, sorted, none overlapping another.

    Labels are looked for on the same line, on the line above and in table headers, so give a whole document rather
    than its pieces.
    """
    found: list[tuple[int, int, str]] = []
    if settings.secrets:
        found += keys(text)
        found += credentials(text)
    if settings.personal:
        found += personal_numbers(text)
    if settings.emails:
        found += emails(text)
    return _without_overlaps(MaskSpan(*each) for each in found)


def _without_overlaps(found: Iterable[MaskSpan]) -> list[MaskSpan]:
    """The union of what was found; where two overlap, the one that begins first (the longer, if both do) names it."""
    spans: list[MaskSpan] = []
    for span in sorted(found, key=lambda span: (span.start, span.kind == "email", -span.end)):
        if spans and span.start < spans[-1].end:
            # user:password@host is no address: the password alone goes.
            if span.kind != "email" and span.end > spans[-1].end:
                spans[-1] = MaskSpan(spans[-1].start, span.end, spans[-1].kind)
        else:
            spans.append(span)
    return spans
