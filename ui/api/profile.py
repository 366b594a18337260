"""Routes of the shopper's own profile: seen, agreed to, changed, erased. Whose it is follows from the visit alone."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from assistant.profile_door import removal
from recommender.profiles.edits import Edit, EditKind
from ui.api.facts import ProfileEvidence
from ui.api.models import Id, ProfileAsked
from ui.api.room import Caller, InRoom, OpenShop, find_caller
from ui.api_json import profile_out

EntryInPath = Annotated[Id, Path()]

private = APIRouter(tags=["profile"], dependencies=[Depends(find_caller), OpenShop])


@private.get("/profile")
async def profile(room: InRoom, caller: Caller) -> ProfileEvidence:
    """What is known of the shopper."""
    return profile_out(await room.assistant.profiles.show(caller.principal), room.look)


@private.put("/profile")
async def change_profile(asked: ProfileAsked, room: InRoom, caller: Caller) -> ProfileEvidence:
    """Agree to a profile or object to it, pause learning or go on."""
    profiles, principal = room.assistant.profiles, caller.principal
    if asked.keep is not None:
        await profiles.keep(principal, asked.keep)
    if asked.paused is not None:
        await profiles.edit(principal, Edit(EditKind.PAUSE if asked.paused else EditKind.RESUME))
    return profile_out(await profiles.show(principal), room.look)


@private.delete("/profile/entries/{entry_id:path}")
async def forget_entry(entry_id: EntryInPath, room: InRoom, caller: Caller) -> ProfileEvidence:
    """Forget one thing; what is not there changes nothing."""
    return profile_out(await room.assistant.profiles.edit(caller.principal, removal(entry_id)), room.look)


@private.delete("/profile")
async def erase_profile(room: InRoom, caller: Caller) -> ProfileEvidence:
    """Forget everything that was learned, in the shop's log too; the choice about a profile stays."""
    return profile_out(await room.assistant.profiles.erase(caller.principal), room.look)
