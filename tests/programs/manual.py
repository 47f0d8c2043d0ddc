"""A small manual with sphinx: several pages with references, an index, a module documented from its docstrings, HTML and text."""

import hashlib
import io
import os
import pathlib
import re
import unpacked  # noqa: F401
import sys

folder = pathlib.Path("manual").resolve()
source, out = folder / "source", folder / "out"
source.mkdir(parents=True)
(folder / "shop.py").write_text('''
"""A shop."""

class Shop:
    """Sells things.

    :param name: of the shop
    :raises ValueError: without a name
    """
    def __init__(self, name: str): self.name = name
    def sell(self, thing: "Thing", price: float = 1.5) -> bool:
        """Sell a :class:`Thing`. See :meth:`close`."""
    def close(self) -> None:
        """Close; after that nothing is sold."""

class Thing(Exception):
    """What is sold in a :class:`Shop`."""
    #: its colour
    colour = "red"
''')
sys.path.insert(0, str(folder))
(source / "conf.py").write_text(
    'project = "Shop"\nextensions = ["sphinx.ext.autodoc", "sphinx.ext.viewcode", "sphinx.ext.todo"]\n'
    'html_theme = "basic"\ntodo_include_todos = True\nhtml_last_updated_fmt = None\nhtml_copy_source = False\n'
)
pages = [f"page{i}" for i in range(12)]
(source / "index.rst").write_text("Shop\n====\n\n.. toctree::\n   :numbered:\n\n   api\n" + "".join(f"   {p}\n" for p in pages) + "\n* :ref:`genindex`\n")
(source / "api.rst").write_text("API\n===\n\n.. automodule:: shop\n   :members:\n   :undoc-members:\n")
for i, page in enumerate(pages):
    (source / f"{page}.rst").write_text(
        f"Page {i}\n=======\n\n.. index:: entry {i}\n\n.. _label{i}:\n\nPart\n----\n\nSee :ref:`label{(i + 5) % 12}`, :class:`shop.Shop`, :doc:`page{(i + 1) % 12}`"
        f" and :term:`word {i}`.\n\n.. glossary::\n\n   word {i}\n      A word.\n\n.. todo:: more of {i}\n\n.. code-block:: python\n\n   x = {i}\n\n"
        f".. productionlist::\n   rule{i}: 'a' `rule{(i + 1) % 12}`\n"
    )

os.environ["SOURCE_DATE_EPOCH"] = "1700000000"
from sphinx.application import Sphinx  # noqa: E402

for builder in ("html", "text", "pseudoxml"):
    into = out / builder
    warnings = io.StringIO()
    app = Sphinx(str(source), str(source), str(into), str(out / "doctrees"), builder, status=None, warning=warnings, freshenv=builder == "html")
    app.build()
    print(builder, app.statuscode, warnings.getvalue().replace(str(folder), "FOLDER"))
    for path in sorted(into.rglob("*")):
        if path.suffix not in {".html", ".txt", ".js", ".pseudoxml"}:
            continue
        text = path.read_text().replace(str(folder), "FOLDER")
        text = re.sub(r"\?v=[0-9a-f]+", "", text)
        print(path.relative_to(into), len(text), hashlib.sha256(text.encode()).hexdigest())
print((out / "text" / "api.txt").read_text())
