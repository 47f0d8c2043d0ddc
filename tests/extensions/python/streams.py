"""C modules that read and write: io, json, pickle, csv, xml, zlib, mmap, select, struct."""

import _json
import codecs
import collections
import csv
import io
import json
import mmap
import os
import pickle
import tempfile
import warnings
import xml.etree.ElementTree as ET
import xml.parsers.expat as expat
import zlib

from harness import cycle, since


@cycle()
def bytesio_subclass_dict(w):
    w.link = io.BytesIO(b"abc")
    w.link.w = w
    return lambda: w.link.getvalue().decode()


@cycle()
def bytesio_exported_buffer(w):
    stream = io.BytesIO(b"abc")
    stream.w = w
    w.link = stream.getbuffer()
    return lambda: bytes(w.link).decode()


@cycle()
def stringio_dict(w):
    w.link = io.StringIO("abc")
    w.link.w = w
    return lambda: w.link.getvalue()


class Raw(io.RawIOBase):
    """A raw stream over memory; `log` records what is written and closed, and when."""

    def __init__(self, log, data=b""):
        self.log, self.data = log, data

    def readable(self):
        return True

    def writable(self):
        return True

    def readinto(self, target):
        n = min(len(target), len(self.data))
        target[:n], self.data = self.data[:n], self.data[n:]
        return n

    def write(self, data):
        self.log.append(bytes(data))
        return len(data)

    def close(self):
        if not self.closed:
            self.log.append("close")
        super().close()


@cycle()
def bufferedreader(w):
    raw = Raw([], b"abcdef")
    raw.w = w
    w.link = io.BufferedReader(raw, 4)
    return lambda: w.link.peek(1)[:2].decode()


@cycle()
def bufferedwriter_with_unflushed_data(w):
    raw = Raw([])
    raw.w = w
    w.link = io.BufferedWriter(raw)
    w.link.write(b"abc")
    return lambda: len(raw.log)


@cycle()
def bufferedrwpair(w):
    reader, writer = Raw([], b"abc"), Raw([])
    reader.w = w
    w.link = io.BufferedRWPair(reader, writer)
    return lambda: w.link.readable()


@cycle()
def textiowrapper_over_buffers(w):
    raw = Raw([], b"one\ntwo\n")
    raw.w = w
    w.link = io.TextIOWrapper(io.BufferedReader(raw), encoding="utf-8")
    return lambda: w.link.encoding


@cycle()
def textiowrapper_dict(w):
    w.link = io.TextIOWrapper(io.BytesIO(b"abc"))
    w.link.w = w
    return lambda: w.link.encoding is not None


@cycle()
def file_that_is_never_closed(w):
    descriptor, path = tempfile.mkstemp()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        w.link = os.fdopen(descriptor, "w+")
    w.link.write("abc")
    w.link.flush()
    w.link.w = w
    return lambda: os.path.getsize(path)


@cycle()
def fileio_opener_and_dict(w):
    descriptor, path = tempfile.mkstemp()
    w.link = io.FileIO(path, opener=lambda *a: descriptor)
    w.link.w = w
    return lambda: w.link.readable()


@cycle()
def incremental_newline_decoder(w):
    class Decoder(codecs.IncrementalDecoder):
        def decode(self, data, final=False):
            return data

    inner = Decoder()
    inner.w = w
    w.link = io.IncrementalNewlineDecoder(inner, True)
    return lambda: w.link.decode("a\r\n")


@cycle()
def json_scanner(w):
    decoder = json.JSONDecoder(object_hook=lambda d: w and d)
    w.link = decoder
    return lambda: decoder.decode('{"a": [1, {"b": 2}]}')


@cycle()
def json_encoder_of_c(w):
    w.link = _json.make_encoder({}, lambda o: str(w), str, None, ":", ",", True, False, True)
    return lambda: "".join(w.link({"a": [1]}, 0))


@cycle()
def pickler_persistent_id(w):
    class Pickler(pickle.Pickler):
        def persistent_id(self, item):
            return "w" if item is w else None

    stream = io.BytesIO()
    w.link = Pickler(stream)
    w.link.dump([w, 1])
    return lambda: len(stream.getvalue())


# Before 3.14 the C pickler's `persistent_id` slot was not visited.
@cycle(expect=since(14, "collected", before="kept"))
def pickler_persistent_id_attribute(w):
    # An instance attribute that is a bound method of the pickler's own class: a self-cycle in C.
    class Pickler(pickle.Pickler):
        def named(self, item):
            return None

    w.link = Pickler(io.BytesIO())
    w.link.persistent_id = w.link.named
    w.link.w = w
    return lambda: w.link.dump([1])


@cycle()
def pickler_memo_and_dispatch(w):
    w.link = pickle.Pickler(io.BytesIO())
    shared = [w]
    w.__reduce__ = lambda: (str, ("w",))
    w.link.dispatch_table = collections.ChainMap({type(w): lambda item: (str, ("w",))})
    w.link.dump([shared, shared])
    return lambda: len(w.link.memo.copy()) > 0


@cycle()
def unpickler_find_class(w):
    class Unpickler(pickle.Unpickler):
        def persistent_load(self, name):
            return w

    stream = io.BytesIO()
    Pickler = type("P", (pickle.Pickler,), {"persistent_id": lambda s, i: "w" if i is None else None})
    Pickler(stream).dump([None, 5])
    stream.seek(0)
    w.link = Unpickler(stream)
    w.loaded = w.link.load()
    return lambda: w.loaded[1]


@cycle()
def csv_reader(w):
    w.link = csv.reader(line for line in ["a,b", "c,d"] if w)
    next(w.link)
    return lambda: w.link.line_num


@cycle()
def csv_writer_cycle(w):
    class Stream:
        def write(self, text):
            self.last = text

    stream = Stream()
    stream.writer = csv.writer(stream)
    stream.writer.writerow([1, "a,b"])
    stream.w = w
    w.link = stream.writer
    return lambda: stream.last


@cycle()
def elementtree_elements(w):
    root = ET.fromstring("<a x='1'><b>text</b><c/></a>")
    root[0].text = type("Text", (str,), {})("changed")
    root[0].text.w = w
    root.append(ET.SubElement(root[1], "d"))
    w.link = root
    return lambda: [root.tag, len(root), root[0].text]


@cycle()
def elementtree_element_is_its_own_child(w):
    root = ET.Element("a", {"x": "1"})
    root.append(root)
    root.attrib["w"] = w
    w.link = root
    return lambda: len(root)


@cycle()
def elementtree_iterator(w):
    root = ET.fromstring("<a><b/><b/></a>")
    root.attrib["w"] = w
    w.link = root.iter("b")
    next(w.link)
    return lambda: type(w.link).__name__


@cycle()
def elementtree_parser_and_builder(w):
    class Target:
        def start(self, tag, attrib):
            self.tag = tag

        def close(self):
            return w

    target = Target()
    parser = ET.XMLParser(target=target)
    parser.feed("<a><b>")
    target.parser = parser
    w.link = parser
    return lambda: target.tag


@cycle()
def elementtree_treebuilder_factory(w):
    builder = ET.TreeBuilder(element_factory=lambda tag, attrib: w and ET.Element(tag, attrib))
    w.link = builder
    builder.start("a", {})
    return lambda: type(builder).__name__


@cycle()
def expat_handlers(w):
    parser = expat.ParserCreate()
    seen = []
    parser.StartElementHandler = lambda name, attributes: seen.append((name, parser, w)[0])
    parser.Parse("<a><b/></a>", False)
    w.link = parser
    return lambda: seen


@cycle(expect="kept")
def expat_intern_dict_is_hidden(w):
    parser = expat.ParserCreate()
    parser.intern["w"] = w
    w.link = parser.ExternalEntityParserCreate(None)
    w.parent = parser
    return lambda: type(w.link).__name__


@cycle()
def zlib_objects_in_an_instance(w):
    # Compressors are no gc types; the cycle runs through the instance that holds them.
    w.link = [zlib.compressobj(), zlib.decompressobj(), w]
    return lambda: zlib.decompress(w.link[0].copy().flush()).decode()


@cycle()
def mmap_subclass(w):
    class Map(mmap.mmap):
        pass

    w.link = Map(-1, 16)
    w.link.w = w
    w.link[:3] = b"abc"
    return lambda: w.link[:3].decode()
