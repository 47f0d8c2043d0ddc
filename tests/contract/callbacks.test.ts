/** `gc.callbacks`: who is called, when, with what, and what a callback may do. */
import { contract, skip } from "../support/contract.js";

/** `log` is a callback that keeps what it was told; `unraisable` gathers what could not be raised. */
const PRELUDE = `
def litter(n=3):
    for _ in range(n):
        a = []
        a.append(a)

seen, unraisable = [], []
def log(phase, info):
    seen.append([phase, dict(info)])

def hook(args):
    unraisable.append([type(args.exc_value).__name__, str(args.exc_value)])
sys.unraisablehook = hook

gc.disable()
gc.collect()
`;

contract("gc.callbacks", ({ program, subject }) => {
  const isNew = subject.line === "315";
  const behaviour: typeof program = (name, source, expected, exempt) =>
    program(name, PRELUDE + source, expected, exempt);

  behaviour("is an empty list at the start", "[type(gc.callbacks).__name__, gc.callbacks]", ["list", []]);
  behaviour(
    "is called before and after, with the generation and the counts",
    `
gc.callbacks.append(log)
litter()
gc.collect()
[[phase, {key: info[key] for key in ("generation", "collected", "uncollectable")}] for phase, info in seen]
`,
    [
      ["start", { generation: 2, collected: 0, uncollectable: 0 }],
      ["stop", { generation: 2, collected: 3, uncollectable: 0 }],
    ],
  );
  behaviour(
    "gets a phase and a plain dictionary, by position, keys in this order",
    `
def callback(*args, **kwargs):
    seen.append([len(args), kwargs, type(args[0]).__name__, type(args[1]).__name__, list(args[1])])
gc.callbacks.append(callback)
gc.collect()
seen
`,
    Array(2).fill([
      2,
      {},
      "str",
      "dict",
      ["generation", "collected", "uncollectable", ...(isNew ? ["candidates", "duration"] : [])],
    ]),
  );
  behaviour(
    "from 3.15 on tells the candidates and the seconds, of this collection alone",
    `
gc.callbacks.append(log)
for _ in range(2):
    litter(4)
    gc.collect(0)
[[info["candidates"] >= 4 * (phase == "stop"), info["candidates"] < 2000, type(info["duration"]).__name__,
  0 <= info["duration"] < 60, (info["duration"] > 0) == (phase == "stop")] for phase, info in seen]
`,
    Array(4).fill([true, true, "float", true, true]),
    skip(() => (isNew ? undefined : "CPython has these keys from 3.15 on")),
  );
  behaviour(
    "learns of young collections, too",
    `
gc.callbacks.append(log)
litter(2)
gc.collect(0)
[[phase, info["generation"], info["collected"]] for phase, info in seen]
`,
    [
      ["start", 0, 0],
      ["stop", 0, 2],
    ],
  );
  behaviour(
    "calls several in their order, with one dictionary for all",
    `
infos = []
def named(name):
    def callback(phase, info):
        seen.append(name + phase)
        info.setdefault("visitors", []).append(name)
        infos.append(info)
    return callback
gc.callbacks.extend([named("a "), named("b "), named("c ")])
gc.collect()
[seen, infos[0] is infos[2], infos[2] is infos[3], infos[0]["visitors"]]
`,
    [["a start", "b start", "c start", "a stop", "b stop", "c stop"], true, false, ["a ", "b ", "c "]],
  );
  behaviour(
    "reports one that raises and goes on with the rest",
    `
def bad(phase, info):
    raise ValueError(phase)
gc.callbacks.extend([bad, log])
litter()
[gc.collect(), [phase for phase, info in seen], unraisable]
`,
    [
      3,
      ["start", "stop"],
      [
        ["ValueError", "start"],
        ["ValueError", "stop"],
      ],
    ],
  );
  behaviour(
    "reports even SystemExit and KeyboardInterrupt",
    `
def leave(phase, info):
    raise SystemExit if phase == "start" else KeyboardInterrupt
gc.callbacks.append(leave)
gc.collect()
[name for name, text in unraisable]
`,
    ["SystemExit", "KeyboardInterrupt"],
  );
  behaviour(
    "reports what is not callable",
    "gc.callbacks.extend([5, log]); gc.collect(); [unraisable, len(seen)]",
    [Array(2).fill(["TypeError", "'int' object is not callable"]), 2],
  );
  behaviour(
    "calls one that was appended meanwhile",
    `
def growing(phase, info):
    seen.append("first " + phase)
    if phase == "start" and len(gc.callbacks) == 1:
        gc.callbacks.append(late)
def late(phase, info):
    seen.append("late " + phase)
gc.callbacks.append(growing)
gc.collect()
seen
`,
    ["first start", "late start", "first stop", "late stop"],
  );
  behaviour(
    "skips the next one when a callback takes itself off the list",
    `
def once(phase, info):
    seen.append("once")
    gc.callbacks.remove(once)
def second(phase, info):
    seen.append("second " + phase)
gc.callbacks.extend([once, second])
gc.collect()
seen
`,
    ["once", "second stop"],
  );
  behaviour(
    "stops calling when a callback clears the list",
    `
def clearing(phase, info):
    seen.append(phase)
    gc.callbacks.clear()
gc.callbacks.extend([clearing, log, log])
gc.collect()
gc.collect()
seen
`,
    ["start"],
  );
  behaviour(
    "goes on with the list, whatever the module's attribute becomes",
    `
original = gc.callbacks
original.append(log)
gc.callbacks = []
gc.collect()
del gc.callbacks
gc.collect()
gc.callbacks = original
len(seen)
`,
    4,
  );
  behaviour(
    "a list put in its place is not called",
    `
original = gc.callbacks
gc.callbacks = [log]
gc.collect()
gc.callbacks = original
seen
`,
    [],
  );
  behaviour(
    "is the same list all the time",
    `
before = gc.callbacks
gc.callbacks.append(log)
gc.collect()
import importlib
[gc.callbacks is before, len(before)]
`,
    [true, 1],
  );
  behaviour(
    "may call gc.collect, which does nothing",
    `
inner = []
gc.callbacks.extend([log, lambda phase, info: inner.append(gc.collect())])
litter()
[gc.collect(), inner, len(seen)]
`,
    [3, [0, 0], 2],
  );
  behaviour(
    "may allocate without starting a collection",
    `
class Box:
    __slots__ = ()
def hungry(phase, info):
    kept = [Box() for _ in range(5000)]
gc.callbacks.extend([log, hungry])
gc.enable()
gc.collect()
gc.disable()
[phase for phase, info in seen]
`,
    ["start", "stop"],
  );
  behaviour(
    "garbage that a start callback makes is collected right away",
    `
gc.callbacks.append(lambda phase, info: litter(4) if phase == "start" else None)
[gc.collect(), gc.collect()]
`,
    [4, 4],
  );
  behaviour(
    "garbage that a stop callback makes is left for the next one",
    `
gc.callbacks.append(lambda phase, info: litter(4) if phase == "stop" else None)
[gc.collect(), gc.collect()]
`,
    [0, 4],
  );
  behaviour(
    "what a start callback lets go is collected right away",
    `
class Node:
    pass
holder = [Node()]
holder[0].self = holder[0]
gc.callbacks.append(lambda phase, info: holder.clear())
gc.collect()
`,
    1,
  );
  behaviour(
    "finds gc.garbage filled when it stops",
    `
gc.callbacks.append(lambda phase, info: seen.append(len(gc.garbage)))
gc.set_debug(gc.DEBUG_SAVEALL)
litter()
gc.collect()
gc.set_debug(0)
seen
`,
    [0, 3],
  );
  behaviour(
    "may change the settings",
    `
def meddle(phase, info):
    gc.set_threshold(123, 4)
    gc.enable() if phase == "start" else gc.disable()
    seen.append([gc.isenabled(), gc.get_threshold()[:2]])
gc.callbacks.append(meddle)
litter()
[gc.collect(), seen]
`,
    [
      3,
      [
        [true, [123, 4]],
        [false, [123, 4]],
      ],
    ],
  );
  behaviour(
    "is called around automatic collections",
    `
class Box:
    __slots__ = ()
gc.callbacks.append(log)
gc.set_threshold(100)
gc.enable()
kept = [Box() for _ in range(150)]
gc.disable()
[phase for phase, info in seen]
`,
    ["start", "stop"],
  );
  behaviour(
    "may be bound methods, builtins and classes",
    `
class Keeper:
    def __init__(self, phase=None, info=None):
        seen.append(["made", phase])
    def method(self, phase, info):
        seen.append(["method", phase])
keeper = Keeper()
pairs = []
gc.callbacks.extend([keeper.method, Keeper, dict.fromkeys])
gc.collect()
[seen, unraisable]
`,
    [
      [
        ["made", null],
        ["method", "start"],
        ["made", "start"],
        ["method", "stop"],
        ["made", "stop"],
      ],
      [],
    ],
  );
});
