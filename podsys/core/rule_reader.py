"""One expression gone through once: what is allowed becomes a tree, all else an error."""

from __future__ import annotations

import ast
import re
from typing import Any

from podsys.core.document import nearest
from podsys.node.diagnose import WHY_MISSING
from podsys.node.rules.functions import FUNCTIONS

Tree = list[Any]
DEEPEST = 40
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

# What functions read beside their arguments.
READS = {"device": {"pci"}, "path_of": {"pci"}}
COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip
CALCULATIONS: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%",
}  # fmt: skip


class RuleError(Exception):
    """`position` counts the rule's characters from 1."""

    def __init__(self, message: str, position: int, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.hint = hint

    def __str__(self) -> str:
        return f"character {self.position}: {self.message}"


def parse_duration(text: str) -> int:
    """`90s`, `10m`, `24h`, `7d` in seconds; ValueError says how to write it."""
    match = re.fullmatch(r"(\d{1,6})\s*([smhd])", text.strip())
    if not match:
        raise ValueError(f"cannot read the duration {text!r}: write it like 90s, 10m, 24h or 7d")
    return int(match.group(1)) * SECONDS[match.group(2)]


class Reader:
    """Goes through one expression once; anything that it does not know is an error."""

    def __init__(self, known: frozenset[str], start: int) -> None:
        self.known = known
        self.used: set[str] = set()
        self._start = start
        self._local: list[str] = []
        self._depth = 0

    def read(self, node: ast.expr) -> Tree:
        reader = getattr(self, f"_read_{type(node).__name__}", None)
        if reader is None:
            raise self._error(f"{type(node).__name__} is not part of the language", node)
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._error("nested too deeply", node)
        tree: Tree = reader(node)
        self._depth -= 1
        return tree

    def condition(self, node: ast.expr) -> Tree:
        """True, False or unknown, whatever the expression gives."""
        tree = self.read(node)
        return tree if tree[0] in ("and", "or", "not", "truth") else ["truth", tree, _text(node)]

    def _error(self, message: str, node: ast.AST, hint: str = "") -> RuleError:
        return RuleError(message, self._start + getattr(node, "col_offset", 0) + 1, hint)

    def _read_Constant(self, node: ast.Constant) -> Tree:
        if node.value is None:
            raise self._error("None cannot be compared", node, "write known(x) or not known(x)")
        if not isinstance(node.value, bool | int | float | str):
            raise self._error(f"{type(node.value).__name__} is not part of the language", node)
        return ["constant", node.value]

    def _read_Name(self, node: ast.Name) -> Tree:
        if node.id not in self._local:
            if node.id not in self.known:
                hint = nearest(node.id, sorted(self.known))
                raise self._error(f"unknown name {node.id}", node, hint)
            self.used.add(node.id)
        return ["name", node.id]

    def _read_Attribute(self, node: ast.Attribute) -> Tree:
        tree = ["get", self.read(node.value), node.attr, _text(node.value)]
        return _mark_option(tree, node)

    def _read_Subscript(self, node: ast.Subscript) -> Tree:
        texts = _text(node.value), _text(node.slice)
        return _mark_option(["item", self.read(node.value), self.read(node.slice), *texts], node)

    def _read_BoolOp(self, node: ast.BoolOp) -> Tree:
        word = "and" if isinstance(node.op, ast.And) else "or"
        return [word, [self.condition(value) for value in node.values]]

    def _read_UnaryOp(self, node: ast.UnaryOp) -> Tree:
        if isinstance(node.op, ast.Not):
            return ["not", self.condition(node.operand)]
        if isinstance(node.op, ast.USub):
            return ["pair", "-", ["constant", 0], self.read(node.operand), ["0", _text(node)]]
        raise self._error(f"{type(node.op).__name__} is not part of the language", node)

    def _read_Compare(self, node: ast.Compare) -> Tree:
        """`a < b < c` is `a < b and b < c`."""
        sides = [node.left, *node.comparators]
        steps = zip(sides, node.ops, sides[1:], strict=False)
        pairs = [self._pair(left, COMPARISONS.get(type(op)), right) for left, op, right in steps]
        return (
            pairs[0]
            if len(pairs) == 1
            else ["and", [["truth", pair, _text(node)] for pair in pairs]]
        )

    def _read_BinOp(self, node: ast.BinOp) -> Tree:
        return self._pair(node.left, CALCULATIONS.get(type(node.op)), node.right)

    def _pair(self, left: ast.expr, sign: str | None, right: ast.expr) -> Tree:
        if sign is None:
            hint = f"known here: {' '.join([*COMPARISONS.values(), *CALCULATIONS.values()])}"
            raise self._error("this operator is not part of the language", left, hint)
        return ["pair", sign, self.read(left), self.read(right), [_text(left), _text(right)]]

    def _read_IfExp(self, node: ast.IfExp) -> Tree:
        return ["if", self.condition(node.test), self.read(node.body), self.read(node.orelse)]

    def _read_List(self, node: ast.List) -> Tree:
        return ["list", [self.read(element) for element in node.elts]]

    _read_Tuple = _read_List

    def _read_ListComp(self, node: ast.ListComp | ast.GeneratorExp) -> Tree:
        (loop, *more) = node.generators
        if more or loop.is_async:
            raise self._error("one `for` at a time", node, "nest any(... any(...))")
        if not isinstance(loop.target, ast.Name):
            raise self._error("`for` takes one plain name", loop.target)
        name = loop.target.id
        if name in self.known or name in self._local:
            raise self._error(f"{name} is taken", loop.target, "choose another name")
        source = self.read(loop.iter)
        self._local.append(name)
        conditions = [self.condition(test) for test in loop.ifs]
        element = self.read(node.elt)
        self._local.pop()
        test = ["and", conditions] if conditions else ["constant", True]
        return ["loop", element, name, source, _text(loop.iter), test]

    _read_GeneratorExp = _read_ListComp

    def _read_Call(self, node: ast.Call) -> Tree:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name == "age":
            return self._age(node)
        if name not in FUNCTIONS:
            hint = nearest(name, sorted({*FUNCTIONS, "age"}))
            raise self._error(f"unknown function {_text(node.func)}", node, hint)
        least, most = FUNCTIONS[name].arguments
        if node.keywords or not least <= len(node.args) <= most:
            raise self._error(f"{name} takes {least} arguments", node)
        if name == "matches":
            self._check_pattern(node.args[0])
        self.used |= READS.get(name, set())
        return [
            "call", name, [self.read(value) for value in node.args], [*map(_text, node.args)]
        ]  # fmt: skip

    def _age(self, node: ast.Call) -> Tree:
        """Seconds, as the number that they are."""
        try:
            return ["constant", parse_duration(_word(node.args[0]) if node.args else "")]
        except ValueError as error:
            raise self._error(str(error), node) from error

    def _check_pattern(self, node: ast.expr) -> None:
        try:
            re.compile(_word(node))
        except (ValueError, re.error, RecursionError, OverflowError) as error:
            raise self._error(f"matches needs a regular expression first: {error}", node) from error


def _mark_option(tree: Tree, node: ast.expr) -> Tree:
    """What lies inside an option may be missing as the option itself may."""
    root = node
    while isinstance(root, ast.Attribute | ast.Subscript):
        root = root.value
    is_option = isinstance(root, ast.Name) and root.id in WHY_MISSING
    return ["option", tree, _text(root), _text(node)] if is_option else tree


def _word(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise ValueError("it must be a text in quotes")


def _text(node: ast.AST) -> str:
    """As people read it, in the reason why something is not known."""
    return ast.unparse(node)
