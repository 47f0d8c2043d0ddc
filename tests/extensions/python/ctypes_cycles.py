"""ctypes: structures, arrays, pointers and closures keep the Python objects they need in `_objects`."""

import ctypes

from harness import cycle, since


@cycle()
def py_object_in_a_structure(w):
    class Cell(ctypes.Structure):
        _fields_ = [("value", ctypes.py_object), ("n", ctypes.c_int)]

    w.link = Cell(w, 7)
    return lambda: [w.link.n, w.link.value is w]


@cycle()
def py_object_itself(w):
    w.link = ctypes.py_object(w)
    return lambda: w.link.value is w


@cycle()
def array_of_py_object(w):
    w.link = (ctypes.py_object * 3)(w, 2, None)
    return lambda: w.link[1]


@cycle()
def structure_with_python_attribute(w):
    class Point(ctypes.Structure):
        _fields_ = [("x", ctypes.c_int), ("y", ctypes.c_int)]

    w.link = Point(1, 2)
    w.link.w = w
    return lambda: [w.link.x, w.link.y]


@cycle()
def linked_list_by_pointers(w):
    class Node(ctypes.Structure):
        pass

    Node._fields_ = [("next", ctypes.POINTER(Node)), ("n", ctypes.c_int)]
    first, second = Node(n=1), Node(n=2)
    first.next, second.next = ctypes.pointer(second), ctypes.pointer(first)
    first.w = w
    w.link = (first, second)
    return lambda: [first.next.contents.n, first.next.contents.next.contents.n]


@cycle()
def pointer_contents(w):
    number = ctypes.c_int(5)
    number.w = w
    w.link = ctypes.pointer(number)
    return lambda: w.link.contents.value


@cycle()
def cast_shares_objects(w):
    buffer = (ctypes.c_char * 4)(*b"abc")
    buffer.w = w
    w.link = ctypes.cast(buffer, ctypes.POINTER(ctypes.c_char))
    return lambda: w.link[0].decode()


@cycle()
def union_and_subobject(w):
    class Pair(ctypes.Union):
        _fields_ = [("bytes", ctypes.c_uint8 * 4), ("word", ctypes.c_uint32)]

    whole = Pair(word=0x01020304)
    whole.w = w
    # A sub-object keeps its base alive (b_base).
    w.link = whole.bytes
    return lambda: list(w.link)


@cycle()
def byref_argument(w):
    number = ctypes.c_int(9)
    number.w = w
    w.link = ctypes.byref(number)
    return lambda: w.link._obj.value


@cycle()
def c_char_p_in_a_structure(w):
    class Text(bytes):
        pass

    class Named(ctypes.Structure):
        _fields_ = [("name", ctypes.c_char_p)]

    text = Text(b"abc")
    text.w = w
    w.link = Named(text)
    return lambda: w.link.name.decode()


@cycle()
def callback_closure(w):
    callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(lambda n: n + 1 if w else 0)
    w.link = callback
    return lambda: callback(41)


@cycle()
def callback_in_a_structure(w):
    prototype = ctypes.CFUNCTYPE(ctypes.c_int)

    class Table(ctypes.Structure):
        _fields_ = [("call", prototype)]

    w.link = Table(prototype(lambda: 3 if w else 0))
    return lambda: w.link.call()


@cycle()
def callback_errcheck_and_argtypes(w):
    callback = ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 4)
    callback.errcheck = lambda result, function, arguments: result if w else 0
    w.link = callback
    return lambda: callback()


@cycle()
def from_buffer_shares_memory(w):
    class Buffer(bytearray):
        pass

    b = Buffer(b"\x01\x02\x03\x04")
    b.w = w
    w.link = ctypes.c_uint32.from_buffer(b)
    return lambda: w.link.value


@cycle()
def type_dict_refers_to_an_instance(w):
    class Point(ctypes.Structure):
        _fields_ = [("x", ctypes.c_int)]

    Point.origin = Point(3)
    Point.w = w
    w.link = Point
    return lambda: w.link.origin.x


# Before 3.14 a global cache of pointer types kept the class.
@cycle(expect=since(14, "collected", before="kept"))
def pointer_type_of_a_dead_class(w):
    class Point(ctypes.Structure):
        _fields_ = [("x", ctypes.c_int)]
        owner = w

    w.link = ctypes.pointer(Point(8))
    return lambda: w.link.contents.x


@cycle()
def big_endian_structure(w):
    class Word(ctypes.BigEndianStructure):
        _fields_ = [("x", ctypes.c_uint16)]

    w.link = Word(258)
    w.link.w = w
    return lambda: bytes(w.link).hex()
