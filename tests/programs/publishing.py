"""Documents with docutils: reStructuredText to HTML, LaTeX, a manual page, XML and pseudo-XML, with its errors."""

import hashlib


import unpacked  # noqa: F401
from docutils.core import publish_doctree, publish_string
from docutils.nodes import Element

CHAPTER = """
Chapter {n}
===========

.. _chapter-{n}:

Some *emphasis*, **more**, ``literal {n}``, a footnote [#f{n}]_, a link_ and `another <https://example.org/{n}>`_; see `chapter-{back}`_.

.. [#f{n}] What the footnote says, see chapter-{n}_.
.. _link: https://example.org

+-----------+------------+
| One {n:5} | Two        |
+===========+============+
| a         | - x        |
|           | - y        |
+-----------+------------+

1. First

   a. Nested :sub:`low` and :sup:`high`
   b. |short|

2. Second

:Field: value {n}
:Other: |short|

.. |short| replace:: a short text

.. math:: x_{n} = \\frac{{1}}{{{n} + y}}

.. note:: Nested

   .. code:: python

      def f(x):
          return x * {n}

Term
  Its definition.

--option=VALUE  what it does

.. csv-table:: Table {n}
   :header: a, b

   {n}, "two, three"
   4, 5
"""

MANUAL = "\n".join(["Manual\n######\n", ".. contents::\n", ".. sectnum::\n"]) + "".join(
    CHAPTER.format(n=n, back=max(1, n - 1)).replace(".. _link:", f".. _link{n}:").replace("link_ and", f"link{n}_ and")
    .replace("|short|", f"|short{n}|")
    for n in range(1, 31)
)
QUIET = {"report_level": 5, "halt_level": 5, "datestamp": None, "generator": None, "source_link": None, "syntax_highlight": "long", "use_latex_citations": False, "legacy_column_widths": True, "_disable_config": True}

tree = publish_doctree(MANUAL, settings_overrides=QUIET)
kinds = {}
for node in tree.findall(Element):
    kinds[node.tagname] = kinds.get(node.tagname, 0) + 1
print(sorted(kinds.items()))
for writer in ("html5", "html4", "latex", "manpage", "xml", "pseudoxml"):
    text = publish_string(MANUAL, writer_name=writer, settings_overrides=QUIET).decode()
    print(writer, len(text), hashlib.sha256(text.encode()).hexdigest())
print(publish_string(CHAPTER.format(n=1, back=1), writer_name="pseudoxml", settings_overrides=QUIET).decode())

BROKEN = ["*open", "`a`:nope:", ".. nope:: x", "Title\n==", "+--+\n| a\n", "|x|", "[#]_ [#]_", ".. include:: nowhere.txt", "x_\n\n.. _x: y_\n.. _y: x_"]
for source in BROKEN:
    found = publish_doctree(source, settings_overrides={**QUIET, "report_level": 1, "warning_stream": False})
    print(repr(source), [message.astext()[:70] for message in found.findall() if getattr(message, "tagname", "") == "system_message"])
