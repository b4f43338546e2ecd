"""What is a secret, and what only looks like one."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.masking.spans import find_spans, mask_label
from rag.settings import MaskSettings

ALL = MaskSettings(emails=True)


def masked(text: str, settings: MaskSettings = ALL) -> list[tuple[str, str]]:
    return [(span.kind, text[span.start : span.end]) for span in find_spans(text, settings)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # The form of the real case: an address, a login and a password on lines of their own.
        (
            "lms.example.kr\n아이디 : class042\n비밀번호 : hello2day!",
            [("login_id", "class042"), ("password", "hello2day!")],
        ),
        ("아이디 : 이름\n패스워드 : hello2day!", [("password", "hello2day!")]),
        ("비밀번호는 hello2day! 입니다.", [("password", "hello2day!")]),
        ("비번: 20241234", [("password", "20241234")]),
        ('초기 암호(PW) = "s3cret"', [("password", "s3cret")]),
        ("WiFi 비밀번호: 12345678", [("password", "12345678")]),
        ("비밀번호: 홍길동1234", [("password", "홍길동1234")]),
        ("ID: abc123 / PW: qwerty99", [("login_id", "abc123"), ("password", "qwerty99")]),
        ("**비밀번호:** `abcd!234`", [("password", "abcd!234")]),
        ("Password: letmein", [("password", "letmein")]),
        ("The password is hunter2!", [("password", "hunter2!")]),
        ('{"password": "letmein"}', [("password", "letmein")]),
        ("DB_PASSWORD=hunter22", [("password", "hunter22")]),
        ("postgres://bob:pa55word@db.example.com/x", [("login_id", "bob"), ("password", "pa55word")]),
        ("Password\nTr0ub4dor&3", [("password", "Tr0ub4dor&3")]),
        ("- 비밀번호:\n\nabcd!234\n", [("password", "abcd!234")]),
        ("| 비밀번호 | qwer!234 |", [("password", "qwer!234")]),
        (
            "| 아이디 | 비밀번호 | 비고 |\n| --- | --- | --- |\n| stud01 | qwer!234 | 공용 |\n"
            "| stud02 | asdf!567 | 공용 |",
            [("login_id", "stud01"), ("password", "qwer!234"), ("login_id", "stud02"), ("password", "asdf!567")],
        ),
        ("sk-proj-Ab3dEf6hIj9kLmN0pQrStUvWx", [("api_key", "sk-proj-Ab3dEf6hIj9kLmN0pQrStUvWx")]),
        ("token ghp_" + "a1B2c3D4e5F6" * 3, [("api_key", "ghp_" + "a1B2c3D4e5F6" * 3)]),
        ("AKIAQ3EGRZ7T5WXY2BNM", [("api_key", "AKIAQ3EGRZ7T5WXY2BNM")]),
        ("hf_AbCdEfGhIjKlMnOpQrStUvWxYz012345", [("api_key", "hf_AbCdEfGhIjKlMnOpQrStUvWxYz012345")]),
        (
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVPmB92K",
            [("api_key", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVPmB92K")],
        ),
        ('api_key = "a8f5f167f44f4964e6c998dee827110c"', [("api_key", "a8f5f167f44f4964e6c998dee827110c")]),
        ("주민등록번호: 900101-1234567", [("resident_number", "900101-1234567")]),
        ("880808-1234561", [("resident_number", "880808-1234561")]),
        ("210305-3123456", [("resident_number", "210305-3123456")]),
        ("010-1234-5678, +82-10-9876-5432", [("phone", "010-1234-5678"), ("phone", "+82-10-9876-5432")]),
        ("연락처 01012345678", [("phone", "01012345678")]),
        ("02-345-6789", [("phone", "02-345-6789")]),
        ("4111 1111 1111 1111", [("card", "4111 1111 1111 1111")]),
        ("카드번호 5500005555555559", [("card", "5500005555555559")]),
        ("team,username,password\nalpha,kim01,aB3!xyz9", [("login_id", "kim01"), ("password", "aB3!xyz9")]),
        ("조\t아이디\t비밀번호\n1\tkim01\thello2day!", [("login_id", "kim01"), ("password", "hello2day!")]),
        ("| 조 | ID/PW |\n|---|---|\n| 1 | kim01 / hello24! |", [("login_id", "kim01"), ("password", "hello24!")]),
        ("If asked for a passcode, type 482913.", [("password", "482913")]),
        ("비밀번호 물어보면 hello24 입력하세요", [("password", "hello24")]),
        ("비밀번호가 hello24!(으)로 변경되었습니다.", [("password", "hello24!")]),
        ("비번이 뭔가요?\nA. hello24! 입니다.", [("password", "hello24!")]),
        ('unlock it with "hello24!" as the password', [("password", "hello24!")]),
        ("<b>Password</b>:<br><code>hello24!</code>", [("password", "hello24!")]),
        ("API Key:\n\n```\na8f5f167f44f4964e6c998dee827110c\n```", [("api_key", "a8f5f167f44f4964e6c998dee827110c")]),
        ("SSID: LAB\nKey: 48291377", [("password", "48291377")]),
        ("unzip -P hello24! exam.zip", [("password", "hello24!")]),
        ("mail a.b+c@dept.example.ac.kr!", [("email", "a.b+c@dept.example.ac.kr")]),
    ],
)
def test_masked(text: str, expected: list[tuple[str, str]]) -> None:
    assert masked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "password = getpass()",
        'password = os.environ["PASSWORD"]',
        "password: str",
        "password: required",
        "def login(user, password): return hash(password)",
        "비밀번호는 8자 이상이어야 합니다",
        "비밀번호: 이름",
        "비밀번호 찾기",
        "The password must contain 8 characters.",
        "the password is hashed with sha256",
        "암호화된 데이터 학습: 암호화된 상태에서도 연구 진행 중",
        "암호: 128비트 AES",
        "핵심 아이디어: transformer",
        "pw = 0.5",
        "loss = pw*0.3",
        "pass: forward/backward",
        "bypass 1234",
        "아이디: class042",
        "token = tokenizer.encode(text)",
        "token: [MASK] <sos>",
        "sk-xxxxxxxxxxxxxxxxxxxxxxxx",
        'api_key = "YOUR_API_KEY_GOES_HERE_1234"',
        'api_key=os.getenv("OPENAI_API_KEY")',
        "| 비밀번호 | 설명 |\n| --- | --- |\n| 필수 항목 | 문자열 |",
        "lr = 1e-4, arXiv 1706.03762, version 3.11.2, 2024-01-02 10:11:12",
        "900101-1234567",
        "901301-1234567 주민",
        "1612121234567",
        "01011010110",
        "0.01012345678",
        "4111 1111 1111 1112",
        "5500005555555559",
        "ISBN 978-89-6848-147-5",
        "@dataclass",
        "Pass `stream=True` if you want a stream",
        "    pass\n\n    encoding=encoding,",
        "try 'password', '123456', 'qwerty'",
        "What is the password policy? At least 10.",
        "id,password_length,score\n1,8,0.5",
        "key = '2b7e151628aed2a6abf7158809cf4f3c'",
        "Enter your password, then press Enter.",
        "http://10.0.0.1:6006 (train / valid)",
        "https://host:8080/a@b",
    ],
)
def test_left_alone(text: str) -> None:
    assert masked(text) == []


def test_private_key_goes_whole_even_if_it_is_cut_off() -> None:
    key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow+IBAAK/CAQEA\nabcd==\n-----END RSA PRIVATE KEY-----"
    assert masked(f"a\n{key}\nb") == [("private_key", key)]
    cut = key.rpartition("\n")[0]
    assert masked(cut) == [("private_key", cut)]


def test_each_setting_turns_its_kinds_off() -> None:
    text = "PW: abcd1234, 010-1234-5678, a@b.com"
    assert masked(text, MaskSettings(secrets=False, emails=True)) == [("phone", "010-1234-5678"), ("email", "a@b.com")]
    assert masked(text, MaskSettings(personal=False)) == [("password", "abcd1234")]


def test_label_names_the_kind() -> None:
    assert mask_label("password") == "[masked: password]"
    assert mask_label("resident_number") == "[masked: resident number]"


def test_masking_again_finds_nothing() -> None:
    text = "아이디 : class042\n비밀번호 : hello2day!\n010-1234-5678\nPassword: letmein"
    for span in reversed(find_spans(text, ALL)):
        text = text[: span.start] + mask_label(span.kind) + text[span.end :]
    assert text.count("[masked: ") == 4
    assert masked(text) == []


PIECES = st.lists(
    st.sampled_from(
        [
            "비밀번호",
            "PW",
            ":",
            " ",
            "\n",
            "|",
            "abc123!",
            "010-1234-5678",
            "a@b.com",
            "id",
            "=",
            '"',
            "sk-",
            "900101-1234567",
        ]
    )
    | st.text(max_size=4)
).map("".join)


@given(PIECES)
def test_spans_are_sorted_inside_the_text_and_apart(text: str) -> None:
    spans = find_spans(text, ALL)
    edges = [edge for span in spans for edge in (span.start, span.end)]
    assert edges == sorted(edges)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)


@pytest.mark.parametrize(
    "piece",
    ["a", "1", "비밀번호", "pw ", "| pw ", "비밀번호\n", "eyJaaaaaaaaaaaa.", "-----BEGIN PRIVATE KEY-----\n", "010-"],
)
def test_time_grows_with_length_alone(piece: str) -> None:
    short, long = piece * (5_000 // len(piece)), piece * (80_000 // len(piece))
    find_spans(short, ALL)  # what is set up once is no part of it

    def seconds(text: str, times: int) -> float:
        """Of the process alone, and the best of three: what else the machine does is not measured."""
        taken: list[float] = []
        for _ in range(3):
            start = time.process_time()
            for _ in range(times):
                find_spans(text, ALL)
            taken.append(time.process_time() - start)
        return min(taken)

    # As many characters both times: a linear pattern takes as long, a quadratic one 16 times.
    assert seconds(long, 1) < 6 * max(seconds(short, 16), 0.01)
