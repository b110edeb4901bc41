"""The data that went between cache and remote, as JSON: apart, because experiments are shared without any."""

from __future__ import annotations

from typing import Annotated, TypedDict


class LostData(TypedDict):
    path: str
    reason: str


class ShareAnswer(TypedDict):
    """What data went over."""

    files: int
    size: Annotated[int, "bytes"]
    remotes: Annotated[list[str], "URLs"]
    failed: Annotated[list[LostData], "what did not go over: exit code 1"]
