"""The spots of a YAML document, from libyaml's events: every key, value, alias, in block and flow style."""

from __future__ import annotations

from typing import Any

import yaml

from gitexp.pipeline.edit.spots import Member, Spot, SpotKind
from gitexp.pipeline.scalars import plain
from gitexp.pipeline.stage import Value
from gitexp.pipeline.yaml import open_loader

_NO_KEY = object()  # a key that is no scalar: nothing is called so


def yaml_spots(text: str) -> Spot | None:
    """The spots of `text`, one valid document; None when it holds no value at all."""
    events = open_loader(text)
    events.get_event()  # the stream begins
    if isinstance(events.get_event(), yaml.StreamEndEvent):
        return None
    root = _spot(text, events, events.get_event())
    return None if root.kind is SpotKind.SCALAR and root.start == root.end else root


def _spot(text: str, events: Any, event: Any) -> Spot:
    start, end = event.start_mark.index, event.end_mark.index
    if isinstance(event, yaml.AliasEvent):
        return Spot(SpotKind.ALIAS, start, end)
    if isinstance(event, yaml.ScalarEvent):
        end = start + len(text[start:end].rstrip(" \t\r\n"))
        return Spot(SpotKind.SCALAR, start, end, quote=event.style if event.style in ("'", '"') else "")
    is_mapping = isinstance(event, yaml.MappingStartEvent)
    members, end_mark = _members(text, events, is_mapping)
    if event.flow_style:
        end = end_mark.index
    else:
        end = members[-1].value.end if members else start
    kind = SpotKind.MAPPING if is_mapping else SpotKind.SEQUENCE
    return Spot(kind, start, end, bool(event.flow_style), members=tuple(members))


def _members(text: str, events: Any, is_mapping: bool) -> tuple[list[Member], Any]:
    members: list[Member] = []
    last = yaml.MappingEndEvent if is_mapping else yaml.SequenceEndEvent
    while not isinstance(event := events.get_event(), last):
        spot = _spot(text, events, event)
        if is_mapping:
            value = _spot(text, events, events.get_event())
            members.append(Member(_key(event), spot.start, spot.end, value))
        else:
            members.append(Member(len(members), spot.start, spot.start, spot))
    return members, event.end_mark


def _key(event: Any) -> Value:
    if not isinstance(event, yaml.ScalarEvent):
        return _NO_KEY
    return plain(event.value) if event.implicit[0] else event.value
