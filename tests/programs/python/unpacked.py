"""Debian's docutils and sphinx look for their data under /usr/share: tells them where it was unpacked."""

import importlib.util
import os

import docutils

packages = os.path.dirname(os.path.dirname(docutils.__file__))
unpacked = os.path.normpath(os.path.join(packages, "../../../share"))
system_folder = docutils._datadir
docutils._datadir = docutils._datadir_latex = lambda path: system_folder(path).replace("/usr/share", unpacked, 1)

if importlib.util.find_spec("sphinx") is not None:
    import sphinx

    sphinx.package_dir = os.path.join(unpacked, "sphinx")
