/**
 * Python's part of the heap tools, as source text: it becomes part of the module `moult` when one of its names is used
 * first. It reaches JavaScript through `_heap_door` only (door.ts).
 */
export const HEAP_SOURCE = `\
import html as _html
import json as _json
import sys as _sys


def _heap(name, *arguments):
    answer = _json.loads(getattr(_tools(), name)(*arguments))
    if "error" not in answer:
        return answer["answer"]
    kinds = {"no-object": ValueError, "out-of-memory": MemoryError}
    raise kinds.get(answer["code"], RuntimeError)(answer["error"])


def _bytes(number):
    for unit in "B", "KiB", "MiB":
        if abs(number) < 1024 or unit == "MiB":
            return f"{number:,.0f} B" if unit == "B" else f"{number:,.1f} {unit}"
        number /= 1024


class Table(list):
    """Rows, as dicts; a table where it is shown."""

    def __init__(self, rows, columns, title, limit):
        super().__init__(rows)
        self._columns, self._title, self._limit = columns, title, limit

    def _cells(self):
        for row in self[: self._limit]:
            yield [_bytes(row[key]) if kind == "bytes" else f"{row[key]:+,}" if kind == "change" else
                   f"{row[key]:,}" if kind == "number" else str(row[key]) for key, _, kind in self._columns]

    def _rest(self):
        rest = len(self) - self._limit
        return f"... and {rest:,} more" if rest > 0 else ""

    def __repr__(self):
        heads = [head for _, head, _ in self._columns]
        cells = [heads, *self._cells()]
        widths = [max(len(row[i]) for row in cells) for i in range(len(heads))]
        left = [kind == "text" for _, _, kind in self._columns]
        lines = ["  ".join(cell.ljust(width) if is_left else cell.rjust(width)
                           for cell, width, is_left in zip(row, widths, left)).rstrip() for row in cells]
        return "\\n".join([self._title, *lines, *filter(None, [self._rest()])])

    def _repr_html_(self):
        def row(cells, tag):
            marked = (f'<{tag} style="text-align:{"left" if kind == "text" else "right"}">{_html.escape(cell)}</{tag}>'
                      for cell, (_, _, kind) in zip(cells, self._columns))
            return f"<tr>{''.join(marked)}</tr>"
        head = row([head for _, head, _ in self._columns], "th")
        body = "".join(row(cells, "td") for cells in self._cells())
        return (f"<table><caption>{_html.escape(self._title)}</caption><thead>{head}</thead><tbody>{body}</tbody></table>"
                f"{_html.escape(self._rest())}")


class Path(list):
    """The way from a root to an object: dicts with by, what, id and bytes."""

    def __repr__(self):
        if not self:
            return "no strong path leads to this object"
        lines = []
        for step in self:
            lines.append(f"{step['what']}" if not step["by"] else f"  {step['by'].strip()}  ->  {step['what']}")
        return "\\n".join(lines)

    def _repr_svg_(self):
        height, width = 56, 620
        parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height * max(len(self), 1)}" '
                 'font-family="monospace" font-size="12">']
        for i, step in enumerate(self):
            top = i * height
            if i:
                parts.append(f'<path d="M20 {top - 20} v 16" stroke="currentColor" fill="none"/>'
                             f'<text x="30" y="{top - 8}" fill="currentColor">{_html.escape(step["by"].strip())}</text>')
            parts.append(f'<rect x="4" y="{top + 2}" width="{width - 8}" height="30" rx="5" fill="none" stroke="currentColor"/>'
                         f'<text x="14" y="{top + 21}" fill="currentColor">{_html.escape(step["what"])}</text>')
        return "".join([*parts, "</svg>"])

    def _repr_html_(self):
        return f"<div>{self._repr_svg_()}</div>" if self else _html.escape(repr(self))


class Explanation(dict):
    """What is known of an object: label, class, bytes, retained, dominator, site, references, cycle and path."""

    def __repr__(self):
        lines = [f"{self['label']}: {_bytes(self['bytes'])} itself, {_bytes(self['retained'])} with all that only it keeps alive"]
        if self["site"]:
            lines.append(f"made at {self['site']}")
        if self["cycle"]:
            lines.append(f"in a cycle: {self['cycle']}")
        return "\\n".join([*lines, "kept alive by:", repr(self["path"])])

    def _repr_html_(self):
        head, *_ = repr(self).partition("kept alive by:")
        return f"<pre>{_html.escape(head)}</pre>{self['path']._repr_html_()}"


class Snapshot:
    """A picture of the heap, taken by moult.snapshot(). It keeps no object alive."""

    def __init__(self):
        taken = _heap("capture")
        self._handle = taken["handle"]
        self.objects, self.references, self.bytes = taken["objects"], taken["references"], taken["bytes"]
        self._has_sites = taken["hasSites"]

    def __repr__(self):
        return f"<moult.Snapshot of {self.objects:,} objects, {_bytes(self.bytes)}>"

    def __del__(self):
        try:
            _tools().free(self._handle)
        except Exception:
            pass  # Moult is detached, or Python ends: then the picture is gone too.

    def save(self, path):
        """Write it as a .heapsnapshot file, for the Memory tab of Chrome's developer tools."""
        with open(path, "w", encoding="utf-8") as file:
            def write(piece):
                try:
                    file.write(piece)
                except OSError as error:
                    failed.append(error)
                    raise
            failed = []
            try:
                _tools().write(self._handle, write)
            except Exception:
                if failed:
                    raise failed[0] from None
                raise

    def histogram(self, by="class", *, retained=False, limit=20):
        """Count objects and bytes by 'class', by 'module', or by 'site', the line that made them (with tracemalloc)."""
        _check_by(by, self._has_sites)
        rows = _heap("histogram", self._handle, by, bool(retained))
        columns = [("name", by, "text"), ("objects", "objects", "number"), ("bytes", "size", "bytes")]
        if retained:
            columns.append(("retained", "retained", "bytes"))
        return Table(rows, columns, f"{self.objects:,} objects, {_bytes(self.bytes)}", limit)

    def growth(self, before, by="class", *, limit=20):
        """What there is more, and less, than in a snapshot that was taken before."""
        _check_by(by, self._has_sites and before._has_sites)
        rows = _heap("growth", before._handle, self._handle, by)
        columns = [("name", by, "text"), ("moreObjects", "objects", "change"), ("moreBytes", "bytes", "change")]
        return Table(rows, columns, f"{self.objects - before.objects:+,} objects, {self.bytes - before.bytes:+,} bytes", limit)

    def path_to_root(self, obj):
        """The shortest way from a root to an object: what keeps it alive."""
        return Path(_heap("path", self._handle, id(obj)) or ())

    def retained_size(self, obj):
        """Bytes that would be freed if the object were: its own, and those of all that only it keeps alive."""
        return int(_heap("describe", self._handle, id(obj))["retained"])

    def dominators(self, *, limit=20):
        """The objects that keep most alive, largest first. One may be inside of another."""
        rows = _heap("dominators", self._handle, limit)
        columns = [("label", "object", "text"), ("bytes", "size", "bytes"), ("retained", "retained", "bytes")]
        return Table(rows, columns, f"{self.objects:,} objects, {_bytes(self.bytes)}", limit)

    def suspects(self, threshold=0.1):
        """Objects, and groups of one class, that keep more than a part of the heap alive."""
        rows = _heap("suspects", self._handle, float(threshold))
        columns = [("label", "suspect", "text"), ("objects", "objects", "number"), ("retained", "retained", "bytes"),
                   ("accumulation", "comes together in", "text")]
        return Table(rows, columns, f"leak suspects: above {threshold:.0%} of {_bytes(self.bytes)}", 20)

    def explain(self, obj):
        """All that is known of one object."""
        found = Explanation(_heap("describe", self._handle, id(obj)))
        found["cycle"] = _heap("cycle", self._handle, id(obj), "it")
        found["path"] = self.path_to_root(obj)
        return found

    def cycle(self, obj, name="it"):
        """How an object leads back to itself, as 'it.next.prev is it'; None when it is in no cycle."""
        return _heap("cycle", self._handle, id(obj), str(name))


def _check_by(by, has_sites):
    if by not in ("class", "module", "site"):
        raise ValueError(f"by can't be {by!r}; allowed: 'class', 'module', 'site'")
    if by == "site" and not has_sites:
        raise ValueError("no source lines are known: start tracemalloc before the objects are made")


def snapshot(path=None):
    """Take a picture of the heap; with a path, write it to that file too, for Chrome's developer tools.

    The file holds the program's data: names, keys and the beginnings of its strings.
    RuntimeError: called from within a collection. MemoryError: no memory to look. OSError: the
    file can't be written.
    """
    taken = Snapshot()
    if path is not None:
        taken.save(path)
    return taken


def histogram(by="class", *, retained=False, limit=20):
    """Count all objects by 'class', 'module', or 'site' (the line that made them, with tracemalloc)."""
    return Snapshot().histogram(by, retained=retained, limit=limit)


_grown_since = []


def growth(by="class", *, limit=20):
    """What there is more than at the last call. The first call has nothing to compare with, and returns an empty table."""
    taken = Snapshot()
    before = _grown_since[0] if _grown_since else taken
    _grown_since[:] = [taken]
    return taken.growth(before, by, limit=limit)


def path_to_root(obj):
    """What keeps an object alive: the shortest way to it from a root."""
    return Snapshot().path_to_root(obj)


def retained_size(obj):
    """Bytes that would be freed if an object were: its own, and those of all that only it keeps alive."""
    return Snapshot().retained_size(obj)


def explain(obj):
    """All that is known of an object: sizes, cycles, the line that made it, and what keeps it alive."""
    return Snapshot().explain(obj)


def referrers(obj):
    """Return a list of all objects that refer to obj: as gc.get_referrers(obj), but fast, and dicts for their keys too."""
    found = []
    _heap("referrers", id(obj), id(found), id(_sys._getframe()))
    return found


def suspects(threshold=0.1):
    """Leak suspects: objects, and groups of one class, that keep more than a part of the heap alive."""
    return Snapshot().suspects(threshold)


class assert_no_leaks(_ContextDecorator):
    """A block, or a function, after which there are no more objects than before: AssertionError otherwise.

        with moult.assert_no_leaks():
            ...

    Everything is collected before and after. Only objects that can refer to others count:
    what a program caches on purpose belongs into ignore, names of classes ('module.Class').
    The message names the classes, how many objects there are more, and what keeps the first.
    """

    _uncounted = {"str", "int", "float", "bytes", "code", "complex"}

    def __init__(self, *, ignore=()):
        self._ignore = {ignore} if isinstance(ignore, str) else set(ignore)

    def __enter__(self):
        _settle()
        self._before = Snapshot()
        return self

    def __exit__(self, kind, error, trace):
        before, self._before = self._before, None
        if kind is not None:
            return
        del kind, error, trace
        _settle()
        after = Snapshot()
        leaks = [leak for leak in _heap("leaks", before._handle, after._handle)
                 if leak["name"] not in self._uncounted and leak["name"] not in self._ignore
                 and not leak["name"].startswith("moult.")]
        if leaks:
            leaks.sort(key=lambda leak: "." not in leak["name"])  # The program's own classes say most.
            counts = ", ".join(f"{leak['moreObjects']} {leak['name']}" for leak in leaks)
            raise AssertionError(f"leaked: {counts}\\nthe first {leaks[0]['name']}:\\n{Path(leaks[0]['path'])!r}")


def _settle():
    for _ in range(3):
        _collect()
`;
