"""Grammars with lark: Python's own grammar by LALR over the standard library, an ambiguous one by Earley, trees rewritten."""

import hashlib
import inspect
import json
import textwrap

import lark
from lark import Lark, Transformer, Tree, Visitor
from lark.indenter import PythonIndenter

python = Lark.open_from_package("lark", "python.lark", ["grammars"], parser="lalr", postlex=PythonIndenter(), start="file_input",
                                propagate_positions=True)


class Census(Visitor):
    def __init__(self):
        self.names = {}

    def __default__(self, tree):
        self.names[str(tree.data)] = self.names.get(str(tree.data), 0) + 1


for module in (textwrap, json.decoder, json.encoder, lark.tree, lark.lexer, lark.visitors, inspect):
    source = inspect.getsource(module) + "\n"
    try:
        tree = python.parse(source)
    except lark.UnexpectedInput as error:
        print(module.__name__, type(error).__name__, error.line, error.column)
        continue
    census = Census()
    census.visit(tree)
    print(module.__name__, sum(census.names.values()), sorted(census.names.items(), key=lambda item: (-item[1], item[0]))[:6])
    print(hashlib.sha256(tree.pretty().encode()).hexdigest())

JSON = r"""
?start: value
?value: object | array | string | SIGNED_NUMBER -> number | "true" -> true | "false" -> false | "null" -> null
array: "[" [value ("," value)*] "]"
object: "{" [pair ("," pair)*] "}"
pair: string ":" value
string: ESCAPED_STRING
%import common.ESCAPED_STRING
%import common.SIGNED_NUMBER
%import common.WS
%ignore WS
"""


class ToPython(Transformer):
    def string(self, text):
        return json.loads(text[0])

    def number(self, text):
        return float(text[0])

    array, pair, object = (lambda self, items: [i for i in items if i is not None]), (lambda self, pair: tuple(pair)), (
        lambda self, pairs: dict(p for p in pairs if p is not None))
    true, false, null = (lambda self, _: True), (lambda self, _: False), (lambda self, _: None)


data = {"rows": [{"id": i, "name": f"n\u00e9 {i}", "tags": ["a", None, True] * (i % 4), "in": {"x": i / 7}} for i in range(150)]}
for parser in ("lalr", "earley"):
    part = data if parser == "lalr" else {"rows": data["rows"][:25]}
    result = ToPython().transform(Lark(JSON, parser=parser).parse(json.dumps(part)))
    print(parser, len(result["rows"]), result["rows"][-1])

ambiguous = Lark('start: e\ne: e "+" e | e "*" e | /[0-9]/\n', ambiguity="explicit")
for length in (3, 4, 5, 6):
    tree = ambiguous.parse("+".join("1234567"[:length]))
    print(length, sum(1 for _ in tree.find_data("_ambig")), hashlib.sha256(str(tree).encode()).hexdigest())


def leaves(tree):
    return sum(leaves(child) if isinstance(child, Tree) else 1 for child in tree.children)


print(leaves(tree))
for text in ("1+", "+", "1++2", ""):
    try:
        ambiguous.parse(text)
    except lark.LarkError as error:
        print(type(error).__name__, str(error).splitlines()[0])
