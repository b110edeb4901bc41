"""Where the literals of a Python file stand: offsets of syntax tree nodes, and the spots of containers."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gitexp.dataclass import dataclass
from gitexp.pipeline.edit.spots import Member, Spot, SpotKind
from gitexp.pipeline.stage import Value


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a Python file, and where its lines begin."""

    text: str
    lines: tuple[int, ...]

    @staticmethod
    def of(text: str) -> Source:
        starts = [0]
        for index, character in enumerate(text):
            # The tokenizer ends lines here and nowhere else; str.splitlines knows more line ends.
            if character == "\n" or (character == "\r" and text[index + 1 : index + 2] != "\n"):
                starts.append(index + 1)
        return Source(text, tuple(starts))

    def offset(self, line: int, column: int) -> int:
        """The offset of a line (from 1) and a column (in UTF-8 bytes, as ast counts)."""
        start = self.lines[line - 1]
        end = self.lines[line] if line < len(self.lines) else len(self.text)
        return start + len(self.text[start:end].encode()[:column].decode())

    def spot(self, node: ast.expr) -> Spot:
        """The spot of a literal, with the spots of what it contains."""
        start = self.offset(node.lineno, node.col_offset)
        end = self.offset(node.end_lineno or node.lineno, node.end_col_offset or 0)
        members = tuple(self._members(node))
        if isinstance(node, ast.Dict):
            return Spot(SpotKind.MAPPING, start, end, members=members)
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            return Spot(SpotKind.SEQUENCE, start, end, members=members)
        quote = self.text[end - 1] if self.text[end - 1] in "'\"" else ""
        return Spot(SpotKind.SCALAR, start, end, quote=quote)

    def _members(self, node: ast.expr) -> Iterator[Member]:
        for key, key_node, item in children(node):
            spot = self.spot(item)
            named = self.spot(key_node) if key_node is not None else spot
            yield Member(key, named.start, named.end, spot)


def children(node: ast.expr) -> Iterator[tuple[Value, ast.expr | None, ast.expr]]:
    """(key, node of the key, node of the value) of what a container literal holds."""
    if isinstance(node, ast.Dict):
        for key, item in zip(node.keys, node.values, strict=True):
            if key is not None:
                yield ast.literal_eval(key), key, item
    elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        for index, item in enumerate(node.elts):
            yield index, None, item


def descend(node: ast.expr, keys: tuple[Value, ...]) -> ast.expr | None:
    """The node that `keys` lead to inside a literal; of a key given twice, the last."""
    for key in keys:
        found = [item for name, _, item in children(node) if name == key and type(name) is type(key)]
        if not found:
            return None
        node = found[-1]
    return node
