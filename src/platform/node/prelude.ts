/**
 * Python code that runs before the user's: it takes back what Pyodide changes for its life in a page, so
 * that the program finds what `python` would give it. It runs in a namespace of its own and leaves no name
 * behind.
 */

/** Functions of ours that the prelude calls. */
export interface PreludeHost {
  /** The host's environment. */
  environment(): Map<string, string>;
  /** Filters of `-W`. */
  warningFilters(): string[];
  /** Write .pyc files? Pyodide itself never does. */
  readonly writeBytecode: boolean;
  /** Blocks until the time is over or a signal comes. */
  wait(seconds: number): void;
  stdoutBroken(): boolean;
  discardStdout(): void;
  /** The last flush met a broken pipe. */
  flushFailed(): void;
  /** Runs at exit, after the program's own atexit functions and before CPython dismantles itself. */
  atexit(): void;
}

/** An expression statement at its end yields the function to call with a `PreludeHost`. */
export const PRELUDE = `
import asyncio, atexit, importlib, os, signal, sys, warnings

def environment(host):
    wanted = dict(host.environment().to_py())
    for name in ("LD_LIBRARY_PATH",):  # where Pyodide looks for shared libraries
        wanted.setdefault(name, os.environ.get(name, ""))
    for name in set(os.environ) - set(wanted):
        del os.environ[name]
    for name, value in wanted.items():
        if os.environ.get(name) != value:
            os.environ[name] = value

def interpreter(host):
    if sys.path and sys.path[0] == "":
        del sys.path[0]
    vars(sys.modules["__main__"]).pop("_pyodide_core", None)  # imported there by Pyodide's start
    importlib.invalidate_caches()  # more of the host's files are visible now
    sys.dont_write_bytecode = not host.writeBytecode
    # The streams were made before it was known whether they are terminals.
    sys.stdout.reconfigure(line_buffering=sys.stdout.isatty() or sys.stdout.write_through)

def warning_filters(host):
    options = host.warningFilters().to_py()
    if not sys.flags.ignore_environment:
        options = [text for text in os.environ.get("PYTHONWARNINGS", "").split(",") if text] + options
    sys.warnoptions[:] = options
    warnings._processoptions(options)

def broken_pipes(host):
    # The reader of our output has gone ("| head"): that ends a program and is no news.
    stdout_broken, discard, show = host.stdoutBroken, host.discardStdout, sys.__excepthook__

    def excepthook(type, value, traceback):
        if issubclass(type, BrokenPipeError) and stdout_broken():
            discard()
        else:
            show(type, value, traceback)
    sys.excepthook = excepthook

    finish, flush_failed = host.atexit, host.flushFailed
    def last():
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            flush_failed()
            discard()
        except (AttributeError, OSError, ValueError):
            pass  # replaced or closed by the program: CPython's own flush will say so
        finish()
    atexit.register(last)

def event_loop(host):
    wait = host.wait

    class Selector:
        # There are no sockets to wait for: only timers and signals.
        woken = False

        def select(self, timeout):
            if not self.woken and (timeout is None or timeout > 0):
                wait(1e9 if timeout is None else timeout)
            self.woken = False
            return []

    class BlockingEventLoop(asyncio.BaseEventLoop):
        """The event loop of moult run: it blocks, as on a desktop, where Pyodide's hands over to JavaScript."""

        def __init__(self):
            super().__init__()
            self._selector = Selector()

        def _process_events(self, event_list):
            pass

        def _write_to_self(self):
            # There is one thread; but a signal handler may run after the loop has made up its mind to sleep.
            self._selector.woken = True

        def run_in_executor(self, executor, func, *args):
            if executor is not None:
                return super().run_in_executor(executor, func, *args)
            future = self.create_future()

            def call():
                if future.cancelled():
                    return
                try:
                    future.set_result(func(*args))
                except Exception as error:
                    future.set_exception(error)

            # Not at once: whoever awaits a thread gives way to other tasks.
            self.call_soon(call)
            return future

        def add_signal_handler(self, number, callback, *args):
            signal.signal(number, lambda *_: self.call_soon_threadsafe(callback, *args))

        def remove_signal_handler(self, number):
            default = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
            return signal.signal(number, default) is not default

    BlockingEventLoop.__module__ = "asyncio"
    events = asyncio.events
    base = getattr(events, "_BaseDefaultEventLoopPolicy", None) or events.BaseDefaultEventLoopPolicy
    policy = type("DefaultEventLoopPolicy", (base,), {"__module__": "asyncio", "_loop_factory": BlockingEventLoop})
    (getattr(events, "_set_event_loop_policy", None) or events.set_event_loop_policy)(policy())
    events._set_running_loop(None)
    sys.set_asyncgen_hooks(None, None)
    asyncio.run = asyncio.runners.run

def prelude(host):
    environment(host)
    interpreter(host)
    broken_pipes(host)
    event_loop(host)
    warning_filters(host)  # last: nothing of the above shall warn

prelude
`;
