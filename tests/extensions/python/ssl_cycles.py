"""ssl. Pyodide 314 ships `_ssl` as a stub in Python (no TLS in WebAssembly): contexts exist, nothing connects."""

from harness import cycle, optional

ssl = optional("ssl", "_ssl")


def context():
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@cycle("ssl", "_ssl")
def context_attribute(w):
    c = w.link = context()
    c.w = w
    return lambda: c.check_hostname


@cycle("ssl", "_ssl")
def context_subclass_and_callback(w):
    class Context(ssl.SSLContext):
        pass

    c = w.link = Context(ssl.PROTOCOL_TLS_CLIENT)
    c.callback = lambda *a: (c, w)
    return lambda: type(c).__name__


@cycle("ssl", "_ssl")
def memory_bio(w):
    class Bio(ssl.MemoryBIO):
        pass

    bio = w.link = Bio()
    bio.w = w
    return lambda: type(bio).__name__


@cycle("ssl", "_ssl")
def error_with_traceback(w):
    def fail():
        held = w
        raise ssl.SSLError(1, "no", held)

    try:
        fail()
    except ssl.SSLError as error:
        w.link = error
    return lambda: w.link.args[1]
