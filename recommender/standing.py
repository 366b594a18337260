"""What a person decided that stands until they take it back: when it acts, and on which words of a request."""

from __future__ import annotations

from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError, model_validator


class Standing(BaseModel):
    """Something decided: an owner's rule, a paid campaign.

    Args:
        id: given by the store.
        words: acts only on requests that hold one of them, or all parts of one ("wool socks"); on all where empty.
        starts, ends: from when until when; always where None.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = ""
    words: tuple[str, ...] = ()
    starts: AwareDatetime | None = None
    ends: AwareDatetime | None = None

    @model_validator(mode="after")
    def _check_dates(self) -> Self:
        if self.starts is not None and self.ends is not None and self.ends <= self.starts:
            raise ValueError("it ends before it starts")
        return self

    def runs(self, now: float, query: str) -> bool:
        """Tell whether it acts on a request.

        Args:
            now: epoch seconds.
            query: the request in words; may be empty.
        """
        asked = set(query.casefold().split())
        meant = not self.words or any(asked.issuperset(word.casefold().split()) for word in self.words)
        begun = self.starts is None or now >= self.starts.timestamp()
        return meant and begun and (self.ends is None or now < self.ends.timestamp())


def what_is_wrong(error: ValidationError, *wrappers: str) -> str:
    """Name the first field that is wrong, and say why.

    Args:
        error: of reading what was given.
        wrappers: parts of the field's place that the reader has never seen.
    """
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"] if part not in wrappers)
    return f"{where + ': ' if where else ''}{first['msg'].removeprefix('Value error, ')}"
