"""What CPython's tests need and Pyodide lacks. Applied in both modes before any test is imported.

Every shim says what it stands for. None touches the collector, the tests or the modules they test,
but for asyncio's event loop, which Pyodide replaces by one that can't be waited for.
"""

import asyncio
import builtins
import contextlib
import importlib
import selectors
import sys
import time
import types


def _internal_capi():
    """3.13's tests switch immortalization off around some bodies; 3.14 has nothing to switch off."""
    import _testinternalcapi

    if not hasattr(_testinternalcapi, "suppress_immortalization"):
        _testinternalcapi.suppress_immortalization = lambda _on: None
        _testinternalcapi.get_immortalize_deferred = lambda: False
    if not hasattr(_testinternalcapi, "get_config"):
        import _testcapi  # 3.14 has the same by another name

        _testinternalcapi.get_config = lambda: {name: _testcapi.config_get(name) for name in _testcapi.config_names()}


def _dbm():
    """The tests of pickle import dbm, only to have a function whose module was renamed since Python 2."""
    try:
        import dbm  # noqa: F401
    except ImportError:
        module = sys.modules["dbm"] = types.ModuleType("dbm")
        exec("def whichdb(filename): raise NotImplementedError", module.__dict__)


def _single_phase():
    """`test.test_import`, from which others import a helper, skips itself altogether without this C module.

    Its tests that do need the module fail instead.
    """
    sys.modules.setdefault("_testsinglephase", types.ModuleType("_testsinglephase"))


def _module_annotations():
    """The tests' annotated modules write to a global `__annotations__`, which 3.14 makes only when it is asked for."""
    for name in ("test.typinganndata.ann_module", "test.typinganndata.ann_module3", "test.ann_module", "test.ann_module3"):
        builtins.__annotations__ = {}
        try:
            importlib.import_module(name)
        except ImportError:
            pass  # Each suite has one pair of the two.
        finally:
            del builtins.__annotations__


class _SleepingSelector(selectors.SelectSelector):
    """Waits for timers only: nothing in this process can make a file descriptor ready."""

    def select(self, timeout=None):
        if timeout is None:
            raise RuntimeError("this event loop would wait for ever")
        if timeout > 0:
            time.sleep(timeout)
        return []


def _no_child_watcher(policy):
    raise NotImplementedError


def _event_loop():
    """Gives asyncio a loop that runs to completion, so that `asyncio.run` means what the tests think."""
    from asyncio import selector_events
    from pyodide import webloop

    loop = selector_events.BaseSelectorEventLoop
    # The pipe wakes a loop from another thread; there are no threads, and no socketpair either.
    loop._make_self_pipe = lambda self: None
    loop._close_self_pipe = lambda self: None
    loop._write_to_self = lambda self: None
    selectors.DefaultSelector = _SleepingSelector
    # Gone in 3.14; the tests of 3.13 take this answer for "there are no child processes".
    events = asyncio.events
    policy = getattr(events, "_BaseDefaultEventLoopPolicy", None) or events.BaseDefaultEventLoopPolicy
    policy.get_child_watcher = _no_child_watcher
    asyncio.run = webloop._orig_run
    time.sleep = webloop._orig_sleep
    asyncio.events._event_loop_policy = None
    asyncio._set_running_loop(None)
    # Tests of asynchronous code ask for sockets, but what they need is the loop.
    from test import support

    support.has_socket_support = True


def apply():
    sys.path.insert(0, "/suite")
    for shim in (_internal_capi, _dbm, _single_phase, _module_annotations, _event_loop):
        with contextlib.suppress(ImportError):
            shim()
