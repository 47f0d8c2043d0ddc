"""
Runs random programs, and tells what they logged.

A program is manual (collections happen only where it asks for one) or automatic. What an automatic one may log is
bounded by two runs of it: `earliest` collects after each statement, `latest` never but where all is to be collected.
"""

import gc
import json
import sys

import program_make
import program_prelude as prelude


def make(seed, length, is_manual):
    return json.dumps(program_make.Maker(seed, length, is_manual).make())


def run(text, mode, threshold):
    """Runs statements; `mode` is manual, earliest, latest or automatic. Returns the logs in JSON."""
    statements = [compile(statement, f"<{i}>", "exec") for i, statement in enumerate(json.loads(text))]
    gc.disable()
    gc.freeze()
    prelude.reset(mode == "manual", mode != "latest")
    world = {name: value for name, value in vars(prelude).items() if not name.startswith("__")}
    world.update({f"v{i}": None for i in range(program_make.VARIABLES)})
    world["gc"] = controls(mode)
    hook, sys.unraisablehook = sys.unraisablehook, lambda unraisable: prelude.event("unraisable", unraisable.exc_type.__name__)
    before, collections = gc.get_threshold(), count()
    if mode == "automatic":
        gc.set_threshold(*threshold)
        gc.enable()
    try:
        for prelude.now, statement in enumerate(statements):
            execute(statement, world)
            if mode == "earliest":
                gc.collect()
                gc.collect()
        prelude.now = len(statements)
        world.clear()
        for _ in range(3):
            gc.collect()
        left = sorted({o.name for o in gc.get_objects() if type(o) in prelude.CLASSES} - {o.name for o in prelude.saved})
        logs = {"said": prelude.said, "events": prelude.events, "seen": prelude.seen, "left": [] if prelude.saved else left}
        return json.dumps({**logs, "collections": count() - collections})
    finally:
        sys.unraisablehook = hook
        gc.set_threshold(*before)
        # What finalizers have saved, and save as that dies, is gone before the next program begins.
        prelude.reset(False)
        for _ in range(10):
            if gc.collect() == 0 and not prelude.saved:
                break
            prelude.saved.clear()
        gc.enable()


def count():
    return sum(generation["collections"] for generation in gc.get_stats())


def execute(statement, world):
    try:
        exec(statement, world)
    except Exception as error:
        prelude.say(type(error).__name__)


class Controls:
    """The gc module, of which some functions do nothing in some modes."""

    def __init__(self, **replaced):
        self.__dict__.update(replaced)

    def __getattr__(self, name):
        return getattr(gc, name)


def controls(mode):
    if mode == "automatic":
        return gc
    nothing = lambda *_: None  # noqa: E731
    fixed = dict(enable=nothing, disable=nothing, set_threshold=nothing)
    if mode == "latest":
        # What a collection of some generations gets goes by how old the objects are.
        fixed["collect"] = lambda generation=2: gc.collect() if generation == 2 else None
    return Controls(**fixed)
