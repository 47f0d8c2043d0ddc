"""Source text in colours with pygments: lexers of many languages over real files, and four formatters."""

import hashlib
import inspect
import io

import pygments.lexers
import pygments.lexers.c_cpp
import pygments.lexers.javascript
import pygments.lexers.python
from pygments import highlight, lex
from pygments.formatters import HtmlFormatter, LatexFormatter, SvgFormatter, TerminalFormatter
from pygments.lexers import get_all_lexers, get_lexer_by_name, guess_lexer
from pygments.token import Token

FORMATTERS = [HtmlFormatter(linenos=True), LatexFormatter(), SvgFormatter(), TerminalFormatter()]
SOURCES = [inspect.getsource(module) for module in (pygments.lexers.python, pygments.lexers.javascript, inspect)]

for source in SOURCES:
    tokens = list(lex(source, get_lexer_by_name("python")))
    kinds = {}
    for kind, _ in tokens:
        kinds[kind] = kinds.get(kind, 0) + 1
    print(len(source), sorted((str(kind), count) for kind, count in kinds.items())[:12])
    assert "".join(text for _, text in tokens) == source
    for formatter in FORMATTERS:
        into = io.StringIO()
        highlight(source[:20_000], get_lexer_by_name("python"), formatter, into)
        print(type(formatter).__name__, hashlib.sha256(into.getvalue().encode()).hexdigest())

TEXT = SOURCES[0][:1500]
names = sorted(aliases[0] for _, aliases, _, _ in get_all_lexers() if aliases)
for name in names[:: len(names) // 120]:
    # What is no program of this language is to come out whole as well.
    tokens = list(lex(TEXT, get_lexer_by_name(name, stripnl=False, ensurenl=False)))
    errors = sum(kind in Token.Error for kind, _ in tokens)
    print(name, len(tokens), errors)
print(guess_lexer("#!/usr/bin/env python3\nimport os\n"))
