"""Runs one module of CPython's tests and reports each test as it starts and ends.

A test is reported before it starts, because some tests kill the process: whoever listens can then
tell which one it was. Names are those of unittest; when two tests have the same name, the later ones
get " #2", " #3" ... in the order of loading, which is the same in every process.
"""

import gc
import importlib
import json
import os
import unittest


def _walk(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from _walk(item)
        else:
            yield item


def _prune(suite, keep):
    """Takes out the tests that are not wanted, in place: suites of a class of their own stay what they are."""
    suite._tests = [
        item for item in suite._tests if (_prune(item, keep) if isinstance(item, unittest.TestSuite) else keep(item))
    ]
    return True


class Recorder(unittest.TestResult):
    """Turns unittest's calls into one outcome a test, with the types of the exceptions behind it."""

    def __init__(self, names, emit):
        super().__init__()
        self._names = names
        self._emit = emit
        self._outcome = None
        self._causes = []
        self._message = ""

    def startTest(self, test):
        super().startTest(test)
        self._outcome, self._causes, self._message = None, [], ""
        self._emit("start", id=self._names[id(test)])

    def stopTest(self, test):
        super().stopTest(test)
        self._end(self._names[id(test)])

    def _end(self, name):
        self._emit("end", id=name, outcome=self._outcome or "pass", causes=sorted(self._causes), message=self._message)

    def _note(self, outcome, err):
        # A test with several failing subtests is an error as soon as one of them is.
        if self._outcome != "error":
            self._outcome = outcome
        if err is not None:
            self._causes.append(err[0].__name__)
            if not self._message:
                self._message = str(err[1]).strip().split("\n")[0][:300]

    def _outside(self, test, outcome, err, message=""):
        """Fixtures of a class or a module fail without a test having started."""
        self._outcome, self._causes, self._message = None, [], ""
        self._note(outcome, err)
        self._message = self._message or message
        self._end(test.id())

    def addError(self, test, err):
        if isinstance(test, unittest.suite._ErrorHolder):
            self._outside(test, "error", err)
        else:
            self._note("error", err)

    def addFailure(self, test, err):
        self._note("fail", err)

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self._note("fail" if issubclass(err[0], test.failureException) else "error", err)

    def addSkip(self, test, reason):
        if isinstance(test, unittest.suite._ErrorHolder):
            self._outside(test, "skip", None, str(reason)[:300])
        elif not isinstance(test, unittest.case._SubTest):  # A skipped subtest decides nothing about its test.
            self._outcome = self._outcome or "skip"
            self._message = self._message or str(reason)[:300]

    def addExpectedFailure(self, test, err):
        self._outcome = "expectedFailure"

    def addUnexpectedSuccess(self, test):
        self._outcome = "unexpectedSuccess"


def _use_no_resources():
    """As regrtest does by default: no network, no long and no large tests."""
    try:
        from test import support
    except ImportError:
        return  # Not CPython's own `test` package: it has no resources to switch off.
    support.use_resources = ()


def _load(name):
    module = importlib.import_module(name)
    suite = unittest.TestLoader().loadTestsFromModule(module)
    return suite if isinstance(suite, unittest.TestSuite) else unittest.TestSuite([suite])


def run(job, send):
    """Runs the tests of one module. `job` is JSON, as in process.mjs; `send` takes one line of JSON at a time."""
    job = json.loads(job)
    skip, match, threshold = set(job["skip"]), job.get("match"), job.get("threshold")

    def emit(kind, **fields):
        send(json.dumps({"event": kind, **fields}))

    os.makedirs("/tmp/tests", exist_ok=True)
    os.chdir("/tmp/tests")
    if threshold is not None:
        gc.set_threshold(threshold)
    try:
        _use_no_resources()
        suite = _load("test." + job["module"])
    except unittest.SkipTest as skipped:
        emit("unloadable", outcome="skip", causes=[], message=str(skipped)[:300])
        return
    except BaseException as error:  # Also a module that calls sys.exit() when it is imported.
        emit("unloadable", outcome="error", causes=[type(error).__name__], message=str(error)[:300])
        return
    names = {}
    seen = {}
    for test in _walk(suite):
        name = test.id()
        seen[name] = seen.get(name, 0) + 1
        names[id(test)] = name if seen[name] == 1 else f"{name} #{seen[name]}"

    def keep(test):
        name = names[id(test)]
        return name not in skip and (match is None or match in name)

    _prune(suite, keep)
    emit("loaded", count=len(names))
    suite.run(Recorder(names, emit))
    emit("last")
    gc.collect()
    emit("done")
