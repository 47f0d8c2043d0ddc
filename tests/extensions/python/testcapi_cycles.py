"""_testcapi, _testlimitedcapi, _testbuffer: CPython's own extension types for testing its C API."""

from harness import cycle, optional

needs = cycle("_testcapi")
# The base has the dict and no tp_traverse; the subclass leaves it to the base.
hides_its_dict = cycle("_testcapi", expect="kept")
capi = optional("_testcapi")
limited = optional("_testlimitedcapi")
buffers = optional("_testbuffer")


@needs
def HeapGcCType_subclass(w):
    # The dict of the Python subclass; the C base has its own tp_traverse.
    item = w.link = type("Sub", (capi.HeapGcCType,), {})()
    item.w = w
    return lambda: item.value


@needs
def ManagedDictType(w):
    item = w.link = capi.ManagedDictType()
    item.w = w
    item.n = 4
    return lambda: item.n


@needs
def HeapCTypeWithManagedDict(w):
    item = w.link = capi.HeapCTypeWithManagedDict()
    item.w = w
    return lambda: sorted(item.__dict__)


@needs
def HeapCTypeWithManagedWeakref(w):
    import weakref

    class Sub(capi.HeapCTypeWithManagedWeakref):
        pass

    item = w.link = Sub()
    item.ref, item.w = weakref.ref(item), w
    return lambda: item.ref() is item


@cycle("_testcapi", expect="kept")
def HeapCTypeWithDict_hides_its_dict(w):
    # Has a __dict__ but is no gc type: the cycle is invisible.
    item = w.link = capi.HeapCTypeWithDict()
    item.w = w
    return lambda: sorted(item.__dict__)


@hides_its_dict
def HeapCTypeWithDict_in_a_python_subclass(w):
    item = w.link = type("Sub", (capi.HeapCTypeWithDict,), {})()
    item.w = w
    return lambda: sorted(item.__dict__)


@hides_its_dict
def HeapCTypeWithNegativeDict_in_a_python_subclass(w):
    item = w.link = type("Sub", (capi.HeapCTypeWithNegativeDict,), {})()
    item.w = w
    return lambda: sorted(item.__dict__)


@needs
def HeapCCollection(w):
    item = w.link = capi.HeapCCollection(w, 1, 2)
    return lambda: [len(item), item[1]]


@needs
def ObjExtraData(w):
    # A gc object with extra memory behind it (PyUnstable_Object_GC_NewWithExtraData).
    item = w.link = capi.ObjExtraData()
    item.extra = [w, item]
    return lambda: len(item.extra)


@needs
def MyList(w):
    # A static subclass of list in C.
    item = w.link = capi.MyList([w, 1])
    return lambda: item[1]


@cycle("_testcapi", expect="kept")
def ContainerNoGC(w):
    item = w.link = capi.ContainerNoGC(w)
    return lambda: item.value is w


@needs
def ContainerNoGC_in_a_python_subclass(w):
    # Without a traverse in the base, the subclass's own traverse still shows its dict.
    item = w.link = type("Sub", (capi.ContainerNoGC,), {})(None)
    item.w = w
    return lambda: item.value


@needs
def HeapCTypeMetaclass(w):
    cls = w.link = capi.HeapCTypeMetaclass("Made", (), {"w": w})
    return lambda: cls.__name__


@needs
def instancemethod_and_vectorcall_class(w):
    method = capi.instancemethod(lambda *a: w)
    method_of = type("Sub", (), {"f": method})
    w.link = (method, method_of())
    return lambda: len(w.link)


@needs
def create_cfunction_bound_to_self(w):
    function = capi.create_cfunction()
    w.link = [function, w]
    return lambda: type(function).__name__


@needs
def make_vectorcall_class(w):
    cls = capi.make_vectorcall_class()
    item = w.link = type("Sub", (cls,), {})()
    item.w = w
    return lambda: type(item).__name__


@needs
def watched_dict_in_a_cycle(w):
    watcher = capi.add_dict_watcher(0)
    d = w.link = {"w": w}
    capi.watch_dict(watcher, d)
    capi.unwatch_dict(watcher, d)
    capi.clear_dict_watcher(watcher)
    return lambda: list(d)


@needs
def raised_exception_with_context(w):
    try:
        capi.raise_exception(type("Failure", (Exception,), {"w": w}), 1)
    except Exception as error:
        w.link = error
    return lambda: type(w.link).__name__


@needs
def function_closure_set_by_c(w):
    def outer():
        cell = w
        return lambda: cell

    function = outer()
    capi.function_set_closure(function, function.__closure__)
    capi.function_set_defaults(function, (w,))
    w.link = function
    return lambda: len(function.__closure__)


@cycle("_testlimitedcapi", expect="kept")
def relative_dict_in_a_python_subclass(w):
    item = w.link = type("Sub", (limited.HeapCTypeWithRelativeDict,), {})()
    item.w = w
    return lambda: sorted(item.__dict__)


@cycle("_testlimitedcapi")
def subclassed_heap_type_with_basicsize(w):
    cls = limited.subclass_heaptype(object, -16, 0)
    cls.w = w
    w.link = cls
    return lambda: isinstance(cls, type)


@cycle("_testbuffer", expect="kept")
def ndarray_keeps_its_exporter(w):
    class Buffer(bytearray):
        pass

    b = Buffer(b"abcd")
    b.w = w
    # ndarray is no gc type although it owns the exporter.
    w.link = buffers.ndarray(b, getbuf=buffers.PyBUF_FULL)
    return lambda: w.link.tobytes().decode()


@cycle("_testbuffer")
def memoryview_of_ndarray_of_a_live_list(w):
    view = memoryview(buffers.ndarray([1, 2, 3], shape=[3]))
    w.link = [view, w]
    return lambda: view.tolist()
