"""Sentences that code writes in English, said in another language: by their form, the filled places kept.

A form is an English sentence with places, "{title} is sold out in {values}."; what stands in a place is said by a form
of its own where it is one, and stays as it is otherwise. Knows no meaning: a sentence without a form stays English.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_PLACE = re.compile(r"\{(\w+)\}")


class Forms:
    """Says sentences by their forms.

    Args:
        forms: English form -> the same in the other language, with the same places.
        names: for what stands in a place and has no form of its own, e.g. labels.
    """

    def __init__(self, forms: Mapping[str, str], names: Forms | None = None) -> None:
        self._names = names
        # The form with the most words of its own says a sentence best.
        ordered = sorted(forms, key=lambda form: -len(_PLACE.sub("", form)))
        self._forms = tuple((re.compile(_pattern(form), re.S), forms[form]) for form in ordered)

    def say(self, text: str) -> str:
        """The text in the other language; the text itself where it has no form."""
        for pattern, said in self._forms:
            match = pattern.fullmatch(text)
            if match is not None:
                places = match.groupdict()
                return _PLACE.sub(lambda place, places=places: self.say(places[place[1]]), said)  # type: ignore[misc]
        return self._names.say(text) if self._names else text


def places(form: str) -> tuple[str, ...]:
    """Names of the places of a form, in order."""
    return tuple(_PLACE.findall(form))


def _pattern(form: str) -> str:
    parts = _PLACE.split(form)
    return "".join(rf"(?P<{part}>.+?)" if i % 2 else re.escape(part) for i, part in enumerate(parts))
