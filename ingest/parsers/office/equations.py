"""Equations of Office (OMML, ECMA-376 part 1, section 22.1) to LaTeX."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any

from ingest.parsers.office.package import M, W

_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho varsigma sigma tau "
    "upsilon varphi chi psi omega"
).split()
_SYMBOLS = {chr(0x3B1 + at): rf"\{name}" for at, name in enumerate(_GREEK)} | {
    "Γ": r"\Gamma", "Δ": r"\Delta", "Θ": r"\Theta", "Λ": r"\Lambda", "Ξ": r"\Xi", "Π": r"\Pi", "Σ": r"\Sigma",
    "Υ": r"\Upsilon", "Φ": r"\Phi", "Ψ": r"\Psi", "Ω": r"\Omega", "ϵ": r"\epsilon", "ε": r"\varepsilon",
    "ϕ": r"\phi", "ϑ": r"\vartheta", "ϖ": r"\varpi", "ϱ": r"\varrho",
    "∑": r"\sum", "∏": r"\prod", "∐": r"\coprod", "∫": r"\int", "∬": r"\iint", "∭": r"\iiint", "∮": r"\oint",
    "⋃": r"\bigcup", "⋂": r"\bigcap", "⨁": r"\bigoplus", "⨂": r"\bigotimes", "⋁": r"\bigvee", "⋀": r"\bigwedge",
    "∞": r"\infty", "∂": r"\partial", "∇": r"\nabla", "±": r"\pm", "∓": r"\mp", "×": r"\times", "÷": r"\div",
    "⋅": r"\cdot", "∙": r"\cdot", "∘": r"\circ", "∗": "*", "−": "-", "≤": r"\leq", "≥": r"\geq", "≠": r"\neq",
    "≈": r"\approx", "≡": r"\equiv", "∼": r"\sim", "≃": r"\simeq", "≅": r"\cong", "∝": r"\propto", "≪": r"\ll",
    "≫": r"\gg", "∈": r"\in", "∉": r"\notin", "∋": r"\ni", "⊂": r"\subset", "⊆": r"\subseteq", "⊃": r"\supset",
    "⊇": r"\supseteq", "∪": r"\cup", "∩": r"\cap", "∅": r"\emptyset", "∀": r"\forall", "∃": r"\exists",
    "¬": r"\neg", "∧": r"\wedge", "∨": r"\vee", "⊕": r"\oplus", "⊗": r"\otimes", "⊙": r"\odot", "⊥": r"\perp",
    "∥": r"\parallel", "∣": r"\mid", "→": r"\to", "←": r"\leftarrow", "↔": r"\leftrightarrow", "⇒": r"\Rightarrow",
    "⇐": r"\Leftarrow", "⇔": r"\Leftrightarrow", "↦": r"\mapsto", "…": r"\ldots", "⋯": r"\cdots", "⋮": r"\vdots",
    "⋱": r"\ddots", "′": "'", "″": "''", "ℓ": r"\ell", "ℏ": r"\hbar", "ℝ": r"\mathbb{R}", "ℕ": r"\mathbb{N}",
    "ℤ": r"\mathbb{Z}", "ℚ": r"\mathbb{Q}", "ℂ": r"\mathbb{C}", "𝔼": r"\mathbb{E}", "√": r"\surd", "∴": r"\therefore",
    "⟨": r"\langle", "⟩": r"\rangle", "〈": r"\langle", "〉": r"\rangle", "‖": r"\|", "⌊": r"\lfloor", "⌋": r"\rfloor",
    "⌈": r"\lceil", "⌉": r"\rceil", "{": r"\{", "}": r"\}", "%": r"\%", "#": r"\#", "&": r"\&", "$": r"\$",
}  # fmt: skip
_ACCENTS = {
    "\u0300": "grave", "\u0301": "acute", "\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0305": "overline",
    "\u0306": "breve", "\u0307": "dot", "\u0308": "ddot", "\u030c": "check", "\u20d7": "vec", "\u20d6": "overleftarrow",
    "^": "hat", "~": "tilde", "¯": "bar", "→": "vec",
}  # fmt: skip
_FUNCTIONS = frozenset(
    "arccos arcsin arctan arg cos cosh cot coth csc deg det dim exp gcd inf ker lim liminf limsup ln log max min Pr "
    "sec sin sinh sup tan tanh".split()
)
_ROW_END = r" \\ "
_INVISIBLE = re.compile("[\u2061-\u2064\u200b]")
"""Function application and the like, which Word writes and nobody sees."""
_NEEDS_NO_BRACES = re.compile(r"[\d.,]+|\\.*|.*[)\]]|.?", re.DOTALL)
_COMMAND_END = re.compile(r"\\[A-Za-z]+$")


def latex(math: Any) -> str:
    """LaTeX of an ``m:oMath``, on one line, without dollar signs."""
    return " ".join(_inside(math).split())


def _inside(element: Any | None) -> str:
    return _joined(_one(child) for child in element) if element is not None else ""


def _joined(parts: Iterable[str]) -> str:
    text = ""
    for part in parts:
        # \alpha and x must not become \alphax.
        space = " " if part[:1].isalpha() and _COMMAND_END.search(text) else ""
        text += space + part
    return text


def _one(element: Any) -> str:
    name = element.tag.removeprefix(M) if isinstance(element.tag, str) else ""
    if name == "r":
        return _run(element)
    if name in _FORMS:
        return _FORMS[name](element)
    # Properties say how it looks; what was deleted is no part of it.
    if name.endswith("Pr") or element.tag in (f"{W}del", f"{W}moveFrom", f"{W}rPr"):
        return ""
    return _inside(element)


def _run(run: Any) -> str:
    text = _INVISIBLE.sub("", "".join(part.text or "" for part in run.iter(f"{M}t", f"{W}t")))
    if run.find(f"{M}rPr/{M}nor") is not None:
        return rf"\text{{{text}}}" if any(map(str.isalpha, text)) else text
    if text.strip() in _FUNCTIONS:
        return rf"\{text.strip()}"
    return _joined(map(_symbol, text))


def _symbol(char: str) -> str:
    if char in _SYMBOLS:
        return _SYMBOLS[char]
    # 𝑥 is an x set in italics.
    plain = unicodedata.normalize("NFKC", char) if "\U0001d400" <= char <= "\U0001d7ff" or char == "ℎ" else char
    return _SYMBOLS.get(plain, plain)


def _property(element: Any, name: str, default: str = "") -> str:
    found = element.find(f"{M}{element.tag.removeprefix(M)}Pr/{M}{name}")
    return default if found is None else found.get(f"{M}val", default)


def _part(element: Any, name: str) -> str:
    return _inside(element.find(f"{M}{name}"))


def _fraction(element: Any) -> str:
    top, bottom = _part(element, "num"), _part(element, "den")
    kind = _property(element, "type")
    if kind == "lin":
        return f"{top}/{bottom}"
    return rf"\genfrac{{}}{{}}{{0pt}}{{}}{{{top}}}{{{bottom}}}" if kind == "noBar" else rf"\frac{{{top}}}{{{bottom}}}"


def _script(element: Any, base: str = "e") -> str:
    sub, sup = _part(element, "sub"), _part(element, "sup")
    text = _part(element, base)
    # A base of several signs would lose all but the last to the script.
    text = text if _NEEDS_NO_BRACES.fullmatch(text) else f"{{{text}}}"
    return text + (f"_{{{sub}}}" if sub else "") + (f"^{{{sup}}}" if sup else "")


def _prescript(element: Any) -> str:
    return rf"{{}}_{{{_part(element, 'sub')}}}^{{{_part(element, 'sup')}}}{_part(element, 'e')}"


def _root(element: Any) -> str:
    degree = _part(element, "deg")
    return rf"\sqrt{f'[{degree}]' if degree else ''}{{{_part(element, 'e')}}}"


def _large(element: Any) -> str:
    sub, sup = _part(element, "sub"), _part(element, "sup")
    sign = _symbol(_property(element, "chr", "∫"))
    limits = (f"_{{{sub}}}" if sub else "") + (f"^{{{sup}}}" if sup else "")
    return _joined([sign + limits, " ", _part(element, "e")])


def _delimited(element: Any) -> str:
    left, right = _property(element, "begChr", "("), _property(element, "endChr", ")")
    between = _symbol(_property(element, "sepChr", "|"))
    inner = f" {between} ".join(_inside(each) for each in element.findall(f"{M}e"))
    if left == "{" and not right:
        return rf"\left\{{ {inner} \right."
    return _joined(
        [_symbol(left) if left else "", " " if left in "〈⟨" else "", inner, _symbol(right) if right else ""]
    )


def _function(element: Any) -> str:
    name = _part(element, "fName")
    text = _part(element, "e")
    return f"{name} {text}" if not text.startswith("(") else name + text


def _limit(mark: str) -> Callable[[Any], str]:
    def form(element: Any) -> str:
        base, limit = _part(element, "e"), _part(element, "lim")
        if base.lstrip("\\") in _FUNCTIONS:
            return f"{base}{mark}{{{limit}}}"
        return rf"\{'underset' if mark == '_' else 'overset'}{{{limit}}}{{{base}}}"

    return form


def _accent(element: Any) -> str:
    return rf"\{_ACCENTS.get(_property(element, 'chr', chr(0x302)), 'hat')}{{{_part(element, 'e')}}}"


def _bar(element: Any) -> str:
    return rf"\{'overline' if _property(element, 'pos') == 'top' else 'underline'}{{{_part(element, 'e')}}}"


def _group(element: Any) -> str:
    above = _property(element, "pos") == "top"
    sign = _property(element, "chr", "⏟")
    name = {"⏟": "underbrace", "⏞": "overbrace"}.get(sign, "overline" if above else "underline")
    if sign in _SYMBOLS:
        return rf"\overset{{{_SYMBOLS[sign]}}}{{{_part(element, 'e')}}}"
    return rf"\{name}{{{_part(element, 'e')}}}"


def _matrix(element: Any) -> str:
    rows = [" & ".join(_inside(cell) for cell in row.findall(f"{M}e")) for row in element.findall(f"{M}mr")]
    return rf"\begin{{matrix}} {_ROW_END.join(rows)} \end{{matrix}}"


def _lines(element: Any) -> str:
    # In an equation array a & is a place to align at, written as such in the text.
    rows = [_inside(row).replace(r"\&", "&") for row in element.findall(f"{M}e")]
    return rf"\begin{{aligned}} {_ROW_END.join(rows)} \end{{aligned}}"


_FORMS: dict[str, Callable[[Any], str]] = {
    "f": _fraction,
    "sSup": _script,
    "sSub": _script,
    "sSubSup": _script,
    "sPre": _prescript,
    "rad": _root,
    "nary": _large,
    "d": _delimited,
    "func": _function,
    "limLow": _limit("_"),
    "limUpp": _limit("^"),
    "acc": _accent,
    "bar": _bar,
    "groupChr": _group,
    "m": _matrix,
    "eqArr": _lines,
}
