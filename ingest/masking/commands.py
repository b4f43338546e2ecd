"""Credentials whose place gives them away: in an address, on a command line, in a call."""

import re
from collections.abc import Iterator

from ingest.masking.personal import Found
from ingest.masking.values import is_count, is_everyones, is_key, is_mixed, is_no_value

_URL_LOGIN = re.compile(
    r"(?<![a-z0-9+])[a-z][a-z0-9+]{1,30}://(?P<login_id>[^\s:/@\"'<>]{0,64}):(?P<password>[^\s/\"'<>]{3,128})@[\w.-]"
)
_URL_TOKEN = re.compile(
    r"[?&#;](?P<name>(?:[a-z]{1,12}[_-]?)?(?:token|app_?id|api_?key|key|secret|sig|signature|auth)|pwd|pw|password|passcode)"
    r"=(?P<value>[^\s&#\"'<>()\]|]{4,400})",
    re.IGNORECASE,
)
_QUOTED = r"[\"'](?P<{}>[^\"'\s]{{2,128}})[\"']"
_VALUE = r"(?P<quote>[\"']?)(?P<{}>[^\s\"'<>|]{{3,128}})(?P=quote)"
_CALL = re.compile(
    r"(?:auth[ ]?=[ ]?\(|\.login\(|BasicAuth\()[ ]?"
    + _QUOTED.format("login_id")
    + r",[ ]?"
    + _QUOTED.format("password")
)
_TYPED = re.compile(
    r"(?:passw|pwd|비밀번호)[^\n]{0,40}send(?:_keys|line)?[ (]{1,2}[\"'](?P<password>[^\"'\s]{2,128}?)(?:\\[rn])?[\"']",
    re.IGNORECASE,
)
_OPENED = re.compile(r"\.(?:decrypt|authenticate|unlock)\([ ]?[\"'](?P<password>[^\"'\s]{6,32})[\"'][ ]?\)")
_CLIENT = re.compile(r"(?:Client|Api|API)\([ ]?[\"'](?P<api_key>[A-Za-z0-9_-]{24,128})[\"']")
_ORACLE = re.compile(
    r"[\"'](?P<login_id>\w[\w.]{0,63})/(?P<password>[^\s\"'/]{4,64})@[\w.-]{1,100}:\d{2,5}[/\"':]", re.ASCII
)
_NETWORK = re.compile(r"\bWIFI:(?:[A-OQ-Z]:[^;\n]{0,64};){0,4}P:(?P<password>[^;\s]{4,64});")
"""What the picture of a code for a network says."""
_UNPACKED = re.compile(
    r"\b(?:user\w{0,10}|id|login)[ ]?,[ ]?(?:pw|pwd|pass|passwd|password)[ ]?=[ ]?\(?"
    + _QUOTED.format("login_id")
    + r"[ ]?,[ ]?"
    + _QUOTED.format("password"),
    re.IGNORECASE,
)
_ACCOUNT_KEY = re.compile(
    r"\buser(?:_?name|_?id)?[\"']?[ ]{0,4}[:=][ ]{0,4}[\"']?(?P<login_id>[^\"'\s,]{1,64})[\"']?(?:,\s{0,20}|\s{1,20})"
    r"[\"']?(?:key|secret|token)[\"']?[ ]{0,4}[:=][ ]{0,4}[\"']?(?P<api_key>[^\"'\s,]{16,200})",
    re.IGNORECASE,
)
"""An account and its key, as services hand them out."""
_SQL = re.compile(r"\bIDENTIFIED[ ]BY[ ]" + _QUOTED.format("password"), re.IGNORECASE)
_CALLS = (_CALL, _TYPED, _OPENED, _CLIENT, _ORACLE, _NETWORK, _SQL, _UNPACKED, _ACCOUNT_KEY)
_SHELL = (
    re.compile(
        r"\b(?:curl|wget|https?|lftp|smbclient)\b[^\n]{0,200}?[ ](?:-[uUa]|--user|--proxy-user|--auth)[ =]?[\"']?"
        r"(?P<login_id>[^\s:,%\"'<>]{1,64})[:,%](?P<password>[^\s\"'<>]{3,128})"
    ),
    re.compile(
        r"\b(?:mysql|mysqldump|mysqladmin|mariadb)\b[^\n]{0,100}?[ ]-p(?P<quote>[\"']?)"
        r"(?P<password>[^\s\"'<>-][^\s\"'<>]{2,64})(?P=quote)"
    ),
    re.compile(
        r"\b(?:docker|podman|helm|az|oc)\b[^\n]{0,40}?\blogin\b[^\n]{0,80}?[ ](?:-u"
        r"|--username)[ =](?P<login_id>[^\s<>]{1,64})"
        r"[ ](?:-p|--password)[ =]" + _VALUE.format("password")
    ),
    re.compile(r"\bsshpass[ ]+-p[ ]?" + _VALUE.format("password")),
    re.compile(r"\bredis-cli\b[^\n]{0,80}?[ ]-a[ ]" + _VALUE.format("password")),
    re.compile(
        r"(?:--user(?:name)?|--http-user)[ =](?P<login_id>[^\s<>\"':]{2,64})[ ][^\n]{0,60}?--(?:http-)?password[ =]"
        + _VALUE.format("password")
    ),
    re.compile(r"\b(?:un)?zip\b[^\n]{0,80}?[ ]-P[ ]" + _VALUE.format("password")),
    re.compile(r"\b7z[ar]?\b[^\n]{0,80}?[ ]-p(?P<password>[^\s\"'<>-][^\s\"'<>]{2,64})"),
    re.compile(
        r"[\"']?(?P<login_id>[\w.-]{1,64}):(?P<password>[^\s\"'<>|]{3,128})[\"']?[ ]?\|[^\n|]{0,40}\bchpasswd\b"
    ),
    re.compile(r"\bnet[ ]use\b[^\n]{0,80}?/user:(?P<login_id>[^\s\"'<>]{1,64})[ ](?P<password>[^\s\"'<>/]{4,64})"),
    re.compile(
        r"\bhtpasswd[ ]-[a-zA-Z]{0,3}b[a-zA-Z]{0,3}[ ]\S{1,80}[ ](?P<login_id>\S{1,64})[ ]" + _VALUE.format("password")
    ),
    re.compile(r"\bopenssl\b[^\n]{0,120}?[ ]-(?:k|pass(?:in|out)?)[ ](?:pass:)?" + _VALUE.format("password")),
    re.compile(r"[ ]--passphrase[ =]" + _VALUE.format("password")),
    re.compile(r"[ ]--?[A-Za-z]{1,40}\.(?:token|password|passwd|secret)[ =]" + _VALUE.format("password")),
    re.compile(r"[ ]--(?:http-|ftp-|proxy-)?passw(?:or)?d[ =]" + _VALUE.format("password")),
    re.compile(
        r"(?:\b(?:wandb|huggingface-cli|hf|kaggle)[ ]login|--(?:api-?key|token|auth-?token))[ =](?:--\w+[ =])?"
        + _VALUE.format("api_key")
    ),
)
_SHELL_HINTS = (
    "zip",
    "7z",
    "passwd",
    "net use",
    "openssl",
    "lftp",
    "smbclient",
    "curl",
    "wget",
    "http",
    "mysql",
    "mariadb",
    "login",
    "sshpass",
    "redis-cli",
    "--",
)
_BASIC = re.compile(r"\bBasic[ ](?P<value>[A-Za-z0-9+/]{8,200}={0,2})(?![\w+/=])")


def in_commands(text: str) -> Iterator[Found]:
    """Start, end and kind of each value; ``$PASSWORD`` and ``user:password`` are none."""
    if "://" in text:
        yield from _parts(text, _URL_LOGIN)
    for match in _URL_TOKEN.finditer(text) if "=" in text else ():
        word = match["name"].lower() in ("pwd", "pw", "password", "passcode")
        value = match["value"].rstrip(".,;")
        if (is_mixed(value) and not is_no_value(value)) if word else is_key(value):
            yield match.start("value"), match.start("value") + len(value), "password" if word else "api_key"
    for pattern in _CALLS:
        yield from _parts(text, pattern)
    for match in _BASIC.finditer(text):
        if "uthorization" in text[max(0, match.start() - 30) : match.start()] and is_mixed(match["value"]):
            yield *match.span("value"), "api_key"
    yield from _shell(text)


def _shell(text: str) -> Iterator[Found]:
    if not any(hint in text for hint in _SHELL_HINTS):
        return
    at = 0
    for line in text.split("\n"):
        if " -" in line or " login " in line or "chpasswd" in line or "net use" in line:
            for pattern in _SHELL:
                for start, end, kind in _parts(line[:2000], pattern):
                    yield at + start, at + end, kind
        at += len(line) + 1


def _parts(text: str, pattern: re.Pattern[str]) -> Iterator[Found]:
    """The named groups of each match, if its password or key is one."""
    for match in pattern.finditer(text):
        groups = match.groupdict()
        key, password, login = groups.get("api_key"), groups.get("password"), groups.get("login_id")
        if key is not None and is_key(key):
            yield *match.span("api_key"), "api_key"
        if password is None or is_no_value(password) or is_count(password):
            continue
        yield *match.span("password"), "password"
        if login and not is_no_value(login) and not is_everyones(login):
            yield *match.span("login_id"), "login_id"
