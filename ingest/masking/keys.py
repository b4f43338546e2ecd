"""API keys, tokens and private keys: what has a form of its own, wherever it stands.

The forms come from detect-secrets; ours are those it has not, or has without their whole length. Its detectors by
entropy and by keyword are left out: in notes on machine learning they find little but names, hashes and shapes. Nothing
is ever sent anywhere to be verified.
"""

import re
from collections.abc import Iterator
from functools import cache

from ingest.masking.personal import Found
from ingest.masking.values import is_random

_KEYS = re.compile(
    r"""(?:
        sk-(?:ant-|proj-|svcacct-|or-v1-)?[A-Za-z0-9_-]{20,250}
      | sk_(?:live|test)_[A-Za-z0-9]{16,100}
      | gh[pousr]_[A-Za-z0-9]{30,255} | github_pat_\w{22,255} | glpat-[\w-]{20,64}
      | A(?:KIA|SIA)[0-9A-Z]{16} | AIza[\w-]{35} | ya29\.[\w-]{20,300} | GOCSPX-[\w-]{20,64}
      | xox[abeprs]-[\w-]{10,200} | hf_[A-Za-z0-9]{30,64}
      | gsk_[A-Za-z0-9]{30,100} | pcsk_\w{30,100} | nvapi-[\w-]{30,100}
      | lsv2_(?:pt|sk)_[A-Za-z0-9_]{30,100} | tvly-[\w-]{20,64}
      | npm_[A-Za-z0-9]{36} | pypi-[\w-]{50,300} | r8_[A-Za-z0-9]{37}
      | eyJ[\w-]{10,2000}\.eyJ[\w-]{10,4000}\.[\w-]{10,1000}
    )(?![\w-])""",
    re.VERBOSE | re.ASCII,
)
_KEY_STARTS = re.compile(
    r"(?<![\w-])(?:sk[-_]|gh[pousr]_|github_pat|glpat-|AKIA|ASIA|AIza|ya29\.|GOCSPX|xox|hf_|gsk_|pcsk_|nvapi-|lsv2_|tvly-"
    r"|npm_|pypi-|r8_|eyJ)",
    re.ASCII,
)
_RUN = re.compile(r"[\w\-/+.=:]{24}", re.ASCII)
_WINDOW, _OVERLAP = 2000, 400
"""Characters a detector is given at a time: some of its patterns take quadratic time in what they are given."""

_DETECTORS = {
    "artifactory": "ArtifactoryDetector",
    "aws": "AWSKeyDetector",
    "azure_storage_key": "AzureStorageKeyDetector",
    "discord": "DiscordBotTokenDetector",
    "github_token": "GitHubTokenDetector",
    "gitlab_token": "GitLabTokenDetector",
    "mailchimp": "MailchimpDetector",
    "pypi_token": "PypiTokenDetector",
    "sendgrid": "SendGridDetector",
    "slack": "SlackDetector",
    "square_oauth": "SquareOAuthDetector",
    "stripe": "StripeDetector",
    "telegram_token": "TelegramBotTokenDetector",
    "twilio": "TwilioKeyDetector",
}
_NAME = re.compile(r"[\s=:\"]+|[A-Za-z]{1,20}=")
"""What a pattern takes with it before the secret: a separator, or the name of a parameter."""
_EDGE = re.compile(r"[\w+/=-]", re.ASCII)

_PEM = re.compile(r"-----BEGIN ((?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?)-----")
_BASE64_LINES = re.compile(
    r"\n?(?:[ \t>]{0,8}(?:[A-Za-z0-9+/=]{4,120}|[A-Z][A-Za-z-]{3,20}: [^\n]{1,80})?(?:\n|\Z)){0,200}"
)
_LONGEST_PEM = 20_000
_PUTTY = re.compile(
    r"PuTTY-User-Key-File-\d:(?:[^\n]{0,200}\n){1,200}?Private-MAC: [0-9a-f]{20,80}"
    r"|PuTTY-User-Key-File-\d:[^\n]{0,200}(?:\n[^\n]{1,100}){0,60}"
)


def keys(text: str) -> Iterator[Found]:
    """Keys, tokens and private keys in a text, in no particular order; two may overlap."""
    yield from _private_keys(text)
    for prefix in _KEY_STARTS.finditer(text):
        match = _KEYS.match(text, prefix.start())
        if match and is_random(match[0][4:], 2.5):
            yield *match.span(), "api_key"
    for at, window in _windows(text):
        for start, end in _detected(window):
            if is_random(window[start:end], 2.5) and any(map(str.isdigit, window[start:end])):
                yield at + start, at + end, "api_key"


def _windows(text: str) -> Iterator[tuple[int, str]]:
    """Pieces of the text in which a long run of key characters stands, each with its position."""
    for at in range(0, len(text), _WINDOW - _OVERLAP):
        window = text[at : at + _WINDOW]
        if _RUN.search(window):
            yield at, window


def _detected(window: str) -> Iterator[tuple[int, int]]:
    for pattern in _denylist():
        for match in pattern.finditer(window):
            # Where a part of it is the secret, that part is a group; a group for the prefix alone is short.
            groups = [number for number in range(1, pattern.groups + 1) if len(match[number] or "") >= 16]
            start, end = match.span(groups[0] if groups else 0)
            if name := _NAME.match(window, start, end):
                start = name.end()
            end = start + len(window[start:end].rstrip(' \t\n"'))
            if not _EDGE.match(window, end) and not (
                start and _EDGE.match(window[start - 1]) and window[start - 1] != "="
            ):
                yield start, end


@cache
def _denylist() -> list[re.Pattern[str]]:
    """The patterns of detect-secrets; imported here, for it takes a tenth of a second."""
    from importlib import import_module

    patterns: list[re.Pattern[str]] = []
    for module, name in _DETECTORS.items():
        patterns += getattr(import_module(f"detect_secrets.plugins.{module}"), name).denylist
    return patterns


def _private_keys(text: str) -> Iterator[Found]:
    at = 0
    while match := _PEM.search(text, at):
        ending = f"-----END {match[1]}-----"
        end = text.find(ending, match.end(), match.end() + _LONGEST_PEM)
        # A key that was cut off has no end mark: its lines of base64 go. The mark alone is no secret.
        rest = _BASE64_LINES.match(text, match.end())
        body = len(rest[0].rstrip()) if rest else 0
        at = end + len(ending) if end >= 0 else match.end() + body
        if end >= 0 or body:
            yield match.start(), at, "private_key"
    at = 0
    while match := _PUTTY.search(text, at):
        at = match.end()
        yield *match.span(), "private_key"
