"""The main content of a page: what surrounds it on every page of the site, and what is not shown, is taken away."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

_NEVER = frozenset("script style noscript template iframe svg button select input object title textarea dialog".split())
_AROUND = frozenset("nav header footer aside form".split())
_AROUND_ROLES = frozenset("navigation banner contentinfo search complementary tablist tooltip dialog".split())
_CLASSES = frozenset(
    # around the text on sites made with Sphinx, Jupyter Book, MkDocs, mdBook, Docusaurus, Jekyll, Quarto, WordPress
    "sr-only visually-hidden screen-reader-text skip-link skip-to-content skippable back-to-top backtotop "
    "sphx-glr-download-link-note sphx-glr-footer pytorch-call-to-action-links call-to-action sphinxsidebar bd- "
    "breadcrumbs breadcrumb breadcrumbs breadcrumbs-container theme-doc-breadcrumbs wy-breadcrumbs quarto- "
    "page-breadcrumbs prev-next-area prev-next-footer prev-next-bottom rst-footer-buttons pagination "
    "pagination-nav pager page-navigation post-navigation nav-links nav-previous nav-next nav-chapters nav- "
    "wrapper next-prev md-footer-nav related-pages header-article-items edit-this-page theme-edit-this-page "
    "md-content__button edit-link edit_page github-link viewcode-link tocsection theme-doc-toc-mobile theme- "
    "doc-toc-desktop table-of-contents table-of-content md-nav md-sidebar page-toc sidebar-toc vector-toc toc "
    "contents-local quarto-alternate-formats comments comments-area comment-list comment-respond giscus "
    "utterances disqus share-buttons social-share sharedaddy related-posts jp-relatedposts newsletter "
    "subscribe-form author-box cookie-banner cookie-notice cookie-consent cookieconsent cc-window cc-banner "
    "gdpr onetrust-consent-sdk advertisement adsbygoogle ad-container copybtn copy-button copy-btn clipboard- "
    "button code-copy btn-clipboard buttonGroup tabbed-labels linenos lineno linenodiv gutter rouge-gutter "
    "line-numbers-rows hljs-ln-numbers blob-num boring mw-editsection mw-jump-link mw-cite-backlink navbox "
    "catlinks printfooter noprint mwe-math-fallback-image-inline mwe-math-fallback-image-display MathJax "
    "MathJax_Preview MathJax_Display MathJax_SVG ".split()
)
_IDS = frozenset(
    "toc table-of-contents comments disqus_thread respond cookie-banner cookie-notice cookieConsent onetrust- "
    "consent-sdk catlinks mw-navigation sidebar left-sidebar breadcrumbs searchbox ".split()
)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_MIN_SHARE = 0.25
"""Share of the body's text a main element must hold; a site may use the element for a teaser."""
_MAX_SHARE = 0.5
"""Share of the body's text from which what is named like a surrounding is the content after all."""
_MOST_ABOVE = 60
"""Tags above one that are looked at."""
_MOST_CANDIDATES = 40
_LINK_REACH = 6
"""Tags above a link in which a block of links is looked for."""
_LINK_DENSITY = 0.6
"""Share of link text from which a block outside any main element is navigation."""


def main_content(soup: Any) -> Any:
    """The element that holds the page's text; what is not part of it is removed from the tree."""
    body = soup.body or soup
    _formulas_of_scripts(body)
    total = len(body.get_text())
    candidates: dict[int, list[Any]] = {}
    for tag in tags_in(body):
        if _is_gone(tag):
            continue
        if _is_never(tag) or (_is_named_around(tag) and len(tag.get_text()) <= _MAX_SHARE * total):
            tag.decompose()
            continue
        rank = _rank(tag)
        if rank is not None:
            candidates.setdefault(rank, []).append(tag)
    total = len(body.get_text())
    for _, tags in sorted(candidates.items()):
        alive = [tag for tag in tags if not _is_gone(tag)][:_MOST_CANDIDATES]
        best = max(alive, key=lambda tag: len(tag.get_text()), default=None)
        if best is not None and len(best.get_text()) >= _MIN_SHARE * total:
            _remove_around(best)
            return best
    _remove_around(body)
    _remove_link_blocks(body)
    return body


def _is_gone(tag: Any) -> bool:
    """Whether a tag was removed with one around it; its own property would search all that is below it each time."""
    return "attrs" not in vars(tag)


def child_tags(tag: Any, *names: str) -> list[Any]:
    """The tags right inside a tag, of any name if none is given; far faster than a search in the tree's library."""
    return [child for child in tag.children if child.name is not None and (not names or child.name in names)]


def tags_in(root: Any, *names: str) -> list[Any]:
    """The tags anywhere below a tag, of any name if none is given."""
    return [tag for tag in root.descendants if tag.name is not None and (not names or tag.name in names)]


def classes_of(tag: Any) -> list[str]:
    """The classes of a tag."""
    value = tag.attrs.get("class") or []
    return value.split() if isinstance(value, str) else list(value)


def _is_in(tag: Any, names: tuple[str, ...]) -> bool:
    return any(above.name in names for above in islice(tag.parents, _MOST_ABOVE))


def _rank(tag: Any) -> int | None:
    """The first rank that holds enough of the page's text is the main content."""
    name, attributes = tag.name, tag.attrs
    if not attributes and name not in ("article", "main"):
        return None
    classes = classes_of(tag)
    main = attributes.get("role") == "main"
    ranks = (
        attributes.get("itemprop") == "articleBody",
        name == "div" and main and "body" in classes,
        name == "article" and "bd-article" in classes,
        name == "article" and _is_in(tag, ("main",)),
        main,
        name == "main",
        name == "article",
        name == "div" and "body" in classes,
        attributes.get("id") == "content",
        name == "div" and "content" in classes,
        name == "div" and "document" in classes,
    )
    return next((rank for rank, holds in enumerate(ranks) if holds), None)


def _is_never(tag: Any) -> bool:
    if tag.name in _NEVER:
        return True
    attributes = tag.attrs
    if not attributes or attributes.get("role") == "tabpanel" or "tab-pane" in classes_of(tag):
        return False  # the other tabs of a box are hidden until they are chosen
    hidden = "hidden" in attributes and attributes["hidden"] != "until-found"
    hidden = (
        hidden
        or attributes.get("aria-hidden") == "true"
        or bool(_HIDDEN_STYLE.search(str(attributes.get("style") or "")))
    )
    # The formula of a picture is hidden beside it.
    return hidden and tag.find("math") is None and tag.name != "math"


def _is_named_around(tag: Any) -> bool:
    if tag.name in ("body", "main", "html"):
        return False
    return tag.attrs.get("id") in _IDS or not _CLASSES.isdisjoint(classes_of(tag))


def _formulas_of_scripts(body: Any) -> None:
    """MathJax keeps the source of a formula in a script beside what it draws."""
    for script in tags_in(body, "script"):
        if not str(script.get("type") or "").startswith("math/tex"):
            continue
        mark = "$$" if "display" in str(script.get("type")) else "$"
        script.replace_with(f"{mark}{script.get_text().strip()}{mark}")


def _remove_around(main: Any) -> None:
    for tag in tags_in(main):
        if _is_gone(tag) or not _is_around(tag):
            continue
        # A header inside an article holds its title; an aside inside it is often an admonition.
        inside = main.name in ("article", "main") or _is_in(tag, ("article", "section"))
        keep = tag.name in ("header", "aside") and inside and not tag.find("nav")
        if not keep:
            tag.decompose()


def _is_around(tag: Any) -> bool:
    return tag.name in _AROUND or tag.attrs.get("role") in _AROUND_ROLES


def _remove_link_blocks(body: Any) -> None:
    counts: Counter[int] = Counter()
    blocks: dict[int, Any] = {}
    for tag in _blocks_above_links(body):
        counts[id(tag)] += 1
        blocks[id(tag)] = tag
    for key, count in counts.items():
        tag = blocks[key]
        if count < 3 or _is_gone(tag) or tag.find(["h1", "h2", "p", "pre"]):
            continue
        chars = len(tag.get_text(strip=True))
        linked = sum(len(link.get_text(strip=True)) for link in tag.find_all("a"))
        if chars < 2000 and linked >= _LINK_DENSITY * chars:
            tag.decompose()


def _blocks_above_links(body: Any) -> Iterator[Any]:
    for link in tags_in(body, "a"):
        for tag in islice(link.parents, _LINK_REACH):
            if tag.name in ("ul", "ol", "div"):
                yield tag
