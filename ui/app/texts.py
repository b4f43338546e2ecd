"""Every word the interface says, in Korean and English. What errors say comes from ``rag``, as on the command line."""

from dataclasses import dataclass

from rag.language import Language
from rag.settings import SearchMode

LANGUAGE_NAMES: dict[Language, str] = {"ko": "한국어", "en": "English"}


@dataclass(frozen=True, slots=True)
class Texts:
    """The words of one language; names in braces are filled in by whoever shows them."""

    new_conversation: str
    course: str
    course_help: str
    retrieval: str
    mode: str
    modes: dict[SearchMode, str]
    passages: str
    passages_help: str
    use_threshold: str
    threshold: str
    threshold_help: str
    model: str
    model_name: str
    model_help: str
    base_url: str
    base_url_help: str
    key_hint: str
    about_index: str
    version: str
    documents: str
    chunks: str
    embedder: str
    built: str
    documents_list: str
    welcome: str
    welcome_hint: str
    example: str
    ask: str
    opening: str
    searching: str
    searched: str
    sources: str
    nearest: str
    looked_for: str
    unknown_words: str
    page: str
    cell: str
    also_in: str
    stopped: str
    ask_again: str
    remedy: str
    no_index: str
    no_index_hint: str
    look_again: str


KOREAN = Texts(
    new_conversation="새 대화",
    course="강의",
    course_help="색인 폴더와 그 옆에 있는 다른 색인 폴더",
    retrieval="검색",
    mode="방식",
    modes={
        "hybrid": "하이브리드 · 단어 + 의미",
        "similarity": "의미 유사도",
        "mmr": "다양하게 (MMR)",
        "keyword": "키워드 (BM25)",
    },
    passages="찾을 구절 수",
    passages_help="언어 모델에 건네는 구절의 최대 개수",
    use_threshold="점수가 낮은 구절 버리기",
    threshold="최소 점수",
    threshold_help="점수의 범위는 방식마다 다릅니다. 하이브리드와 MMR은 0~1, 의미 유사도는 -1~1, 키워드는 0 이상.",
    model="언어 모델",
    model_name="모델",
    model_help="`extractive`는 자료의 문장으로 답하며 인터넷이 필요 없습니다. 다른 모델은 `제공자:모델`로 적습니다. "
    "예: `ollama:qwen3`, `openai:gpt-5-mini`",
    base_url="서버 주소",
    base_url_help="OpenAI 호환 서버나 Ollama 서버의 주소. 비워 두면 제공자의 기본 주소를 씁니다.",
    key_hint="API 키는 환경 변수에서만 읽습니다.",
    about_index="색인 정보",
    version="버전",
    documents="문서",
    chunks="구절",
    embedder="임베딩",
    built="만든 때",
    documents_list="문서 목록",
    welcome="무엇이 궁금한가요?",
    welcome_hint="답마다 근거가 된 자료의 위치를 보여 줍니다. 자료에 없는 내용은 답하지 않습니다.",
    example="“{heading}”에 대해 설명해 주세요.",
    ask="강의 자료에 대해 질문하세요",
    opening="강의를 여는 중…",
    searching="자료에서 찾는 중…",
    searched="이렇게 찾았습니다:",
    sources="출처",
    nearest="가장 가까운 구절",
    looked_for="찾아본 말:",
    unknown_words="자료에 없는 말:",
    page="{number}쪽",
    cell="셀 {number}",
    also_in="같은 내용이 있는 곳:",
    stopped="답변이 중단되었습니다.",
    ask_again="다시 묻기",
    remedy="해결 방법:",
    no_index="아직 색인이 없습니다",
    no_index_hint="강의 자료가 있는 폴더로 색인을 만들어 주세요. 만들고 나면 바로 질문할 수 있습니다.",
    look_again="다시 확인",
)

ENGLISH = Texts(
    new_conversation="New conversation",
    course="Course",
    course_help="The index folder, and the other index folders beside it",
    retrieval="Search",
    mode="Mode",
    modes={
        "hybrid": "Hybrid · words + meaning",
        "similarity": "Similarity of meaning",
        "mmr": "Diverse (MMR)",
        "keyword": "Keyword (BM25)",
    },
    passages="Passages to find",
    passages_help="How many passages the language model is given at most",
    use_threshold="Drop passages with a low score",
    threshold="Lowest score",
    threshold_help="The range depends on the mode: hybrid and MMR 0 to 1, similarity -1 to 1, keyword 0 and above.",
    model="Language model",
    model_name="Model",
    model_help="`extractive` answers with sentences of the documents and needs no network. Any other is written "
    "`PROVIDER:MODEL`, such as `ollama:qwen3` or `openai:gpt-5-mini`.",
    base_url="Server address",
    base_url_help="Address of an OpenAI-compatible or Ollama server; empty means the provider's own.",
    key_hint="API keys are read from environment variables only.",
    about_index="About the index",
    version="Version",
    documents="Documents",
    chunks="Passages",
    embedder="Embedding",
    built="Built",
    documents_list="All documents",
    welcome="What would you like to know?",
    welcome_hint="Every answer shows where in the documents it stands. What they do not say is not answered.",
    example="Explain “{heading}”.",
    ask="Ask about the course documents",
    opening="Opening the course…",
    searching="Looking in the documents…",
    searched="Searched as:",
    sources="Sources",
    nearest="Nearest passages",
    looked_for="Looked for:",
    unknown_words="Not in the documents:",
    page="p. {number}",
    cell="cell {number}",
    also_in="Also in:",
    stopped="The answer was stopped.",
    ask_again="Ask again",
    remedy="What to do:",
    no_index="There is no index yet",
    no_index_hint="Build one from the folder that holds the course documents. You can ask as soon as it is done.",
    look_again="Look again",
)

TEXTS: dict[Language, Texts] = {"ko": KOREAN, "en": ENGLISH}
