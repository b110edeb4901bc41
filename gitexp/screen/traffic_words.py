"""How far a transfer is, in words: files, and bytes."""

from __future__ import annotations

from gitexp.cache.traffic import Traffic
from gitexp.screen.cells import plural, size_text


def amount_done(traffic: Traffic) -> list[str]:
    """'120 of 5,000 files' and, once there are bytes, '1.2 MiB of 19 MiB'."""
    parts = [f"{traffic.files:,} of {plural(traffic.all_files, 'file')}"]
    if traffic.size:
        whole = f" of {size_text(traffic.all_size)}" if traffic.all_size else ""
        parts.append(f"{size_text(traffic.size)}{whole}")
    return parts
