"""How an answer is read where only its words tell: its language, and yes, no or "the shop does not say".

Both are kinds of an answer, not its wording: any way of saying them counts that a shopper would understand. The lists
are those of a reader, and know nothing of the templates that write.
"""

from __future__ import annotations

import re
from typing import Literal

Verdict = Literal["yes", "no", "unknown"]

_FREQUENT = {
    "en": "the a an is are and of for to you your it this in with not no here from do does on which that i we be have",
    "de": "der die das den dem ein eine einen ist sind und für mit nicht kein keine sie ihr ich du hier von zu auf im "
    "welche es wir wird haben hat kann aus noch auch nach bei an",
    "es": "el la los las un una es son y de para con no su que en lo se aquí del al por tu te este esta estos hay "
    "puede más sus como está tiene",
}
_WORDS = {language: frozenset(words.split()) for language, words in _FREQUENT.items()}
_HAN = re.compile(r"[\u4e00-\u9fff]")
_UNKNOWN = re.compile(
    r"(?:does(?:n['’]t| not)|do(?:n['’]t| not)|is(?:n['’]t| not)|not) (?:\w+ ){0,2}(?:say|state|mention|list|specif"
    r"|know|given|tell)|no information|unknown|not sure"
    r"|keine (?:angabe|information)|nicht (?:angegeben|bekannt)|unbekannt"
    r"|(?:sagt|nennt|steht|weiß|weiss)\b[^.!?]{0,60}\bnicht"
    r"|no (?:lo )?(?:\w+ ){0,3}?(?:indica|dice|especifica|menciona|consta|figura|sabe|sé|informa|aclara|detalla)"
    r"|sin (?:datos|información)|no (?:hay|tenemos|tengo) (?:datos|información)|desconoc"
    r"|没有?(?:说明|注明|标明|提到|提及|写|标注|给出|提供)|未(?:说明|注明|标明|提到|提及|标注|给出|提供)|不(?:清楚|知道|确定)|没说",
    re.IGNORECASE,
)
_NO = re.compile(
    r"\b(?:no|not|none|neither|without|isn['’]t|doesn['’]t|don['’]t|can['’]t|cannot|nein|nicht|kein\w*|ohne|leider|sin|"
    r"tampoco|ningun\w*|ningún)\b|不|没|無|无|否|非",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s+|(?<=[。！？])|\n")


def verdict(text: str) -> Verdict:
    """Read an answer to a question of yes or no: its first sentence decides."""
    if _UNKNOWN.search(text):
        return "unknown"
    first = next((part for part in _SENTENCE_END.split(text.strip()) if part.strip()), "")
    return "no" if _NO.search(first) else "yes"


def asks_back(text: str) -> bool:
    """Whether an answer ends in a question."""
    return text.rstrip(" \n*_`)\"'”").endswith(("?", "？"))


def is_in(text: str, language: str, names: tuple[str, ...] = ()) -> bool:
    """Whether an answer is in a language.

    Args:
        text: the answer.
        language: "en", "de", "es" or "zh".
        names: titles and values that belong to no language.
    """
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, " ")
    if language == "zh":
        return bool(_HAN.search(text))
    said = re.findall(r"[^\W\d_]+", text.lower())
    counts = {other: sum(word in words for word in said) for other, words in _WORDS.items()}
    return not _HAN.search(text) and counts[language] == max(counts.values())
