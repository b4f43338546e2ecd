"""How our own HTML looks. Colours are mixed from the text's own, so that they fit a light and a dark theme alike."""

ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#2f6f6a"/>'
    '<path d="M8 9h12a4 4 0 0 1 4 4v4a4 4 0 0 1-4 4h-6l-5 4v-4H8z" fill="#fff"/>'
    '<path d="M12 13h8M12 17h5" stroke="#2f6f6a" stroke-width="2" stroke-linecap="round"/></svg>'
)
"""Icon of the page; a picture of our own, since an emoji's would come from elsewhere."""

STYLE = """<style>
/* Korean breaks between words; a word longer than the line still breaks anywhere. */
.cr-answer, .cr-question, .cr-passage, .cr-sources summary, .cr-note, .cr-welcome, .stButton p {
  word-break: keep-all; overflow-wrap: anywhere;
}
.cr-answer { line-height: 1.7; }
.cr-plain, .cr-question { white-space: pre-wrap; line-height: 1.7; }
.cr-answer p, .cr-answer ul, .cr-answer ol { margin: 0 0 .6rem; }
.cr-answer h1, .cr-answer h2, .cr-answer h3 { font-size: 1.05rem; margin: .6rem 0 .3rem; padding: 0; }
.cr-answer pre, .cr-answer code { background: color-mix(in srgb, currentColor 8%, transparent); border-radius: .3rem; }
.cr-answer code { padding: .1em .3em; font-size: .9em; color: inherit; }
.cr-answer pre { padding: .6rem .8rem; overflow-x: auto; }
.cr-answer pre code { padding: 0; background: none; }
.cr-answer table { border-collapse: collapse; display: block; overflow-x: auto; }
.cr-answer th, .cr-answer td {
  border: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: .25rem .6rem;
}
a.cr-mark, a.cr-mark:visited {
  text-decoration: none; font-size: .78em; font-weight: 600; padding: .1em .3em; margin: 0 .1em; border-radius: .35em;
  color: inherit; background: color-mix(in srgb, #2f8f86 26%, transparent); white-space: nowrap;
}
a.cr-mark:hover, a.cr-mark:focus-visible { background: color-mix(in srgb, #2f8f86 48%, transparent); }
.cr-waiting { opacity: .75; animation: cr-breathe 1.4s ease-in-out infinite; }
@keyframes cr-breathe { 50% { opacity: .4; } }
@media (prefers-reduced-motion: reduce) { .cr-waiting { animation: none; } }
.cr-note { font-size: .82rem; opacity: .78; white-space: pre-wrap; }
.cr-sources h6 { font-size: .82rem; font-weight: 600; opacity: .78; padding: 0; margin: 0 0 .35rem; }
.cr-sources details {
  border: 1px solid color-mix(in srgb, currentColor 16%, transparent); border-radius: .6rem; margin: 0 0 .4rem;
}
.cr-sources summary, .cr-documents summary { cursor: pointer; font-size: .9rem; }
.cr-sources summary { padding: .45rem .7rem; border-radius: .6rem; }
.cr-sources summary:hover { background: color-mix(in srgb, currentColor 6%, transparent); }
.cr-sources summary:focus-visible, .cr-documents summary:focus-visible { outline: 2px solid #2f8f86; }
.cr-number { font-weight: 700; }
.cr-passage {
  white-space: pre-wrap; overflow-y: auto; max-height: 18rem; font-size: .9rem;
  line-height: 1.65; padding: .6rem .8rem; border-top: 1px solid color-mix(in srgb, currentColor 12%, transparent);
}
.cr-mono { font-family: "Source Code Pro", "D2Coding", "NanumGothicCoding", monospace; font-size: .82rem; }
.cr-passage mark {
  color: inherit; background: color-mix(in srgb, #e0a100 34%, transparent); border-radius: .2em; padding: .05em 0;
  scroll-margin: 6rem;
}
.cr-passage mark:target { outline: 2px solid color-mix(in srgb, #e0a100 70%, transparent); }
.cr-lead { opacity: .75; margin-bottom: .3rem; }
.cr-also { font-size: .82rem; padding: .4rem .8rem .5rem; opacity: .85; }
.cr-also ul, .cr-documents ul { margin: .2rem 0 0; padding-left: 1.1rem; }
.cr-also.cr-also li, .cr-documents.cr-documents li { font-size: inherit; margin: 0 0 .2rem; overflow-wrap: anywhere; }
.cr-facts.cr-facts {
  display: grid; grid-template-columns: auto 1fr; gap: .2rem .9rem; font-size: .86rem; margin: 0 0 .8rem; padding: 0;
}
.cr-facts dt { opacity: .75; font-weight: 400; margin: 0; padding: 0; }
.cr-facts dd { margin: 0; padding: 0; text-align: right; overflow-wrap: anywhere; }
.cr-documents { font-size: .86rem; }
.cr-documents ul { max-height: 16rem; overflow-y: auto; }
.cr-documents small { display: block; opacity: .75; }
.cr-welcome { text-align: center; margin: 9vh 0 1rem; }
.cr-welcome h2 { font-size: 1.6rem; padding: 0 0 .4rem; }
.cr-welcome p { opacity: .8; margin: 0; }
</style>"""
