"""Groups that a new ranking must not harm: a slate names the device, from the channel, and the shop's locale."""

from __future__ import annotations

from dataclasses import replace

from assistant.turn import Device
from tests.scenarios.visitor import Reply, Visitor


def test_a_slate_says_on_which_device_and_in_which_locale_it_was_asked_for(visit: Visitor) -> None:
    async def ask(words: str, device: Device) -> Reply:
        turn = replace(visit.turn(words), device=device)
        return Reply(tuple([event async for event in visit.assistant.stream(turn)]))

    said = []
    for words, device in (("tents, I am on my desktop computer", "phone"), ("cheap tents", "desktop")):
        (slate,) = visit.run(ask(words, device)).slates
        assert slate.decision is not None
        said.append((slate.decision.context.device, slate.decision.context.locale))
    assert said == [("phone", "en_US"), ("desktop", "en_US")]
