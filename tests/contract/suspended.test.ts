/** Dead cycles through suspended generators, coroutines and tracebacks: their clean-up code runs. */
import { contract } from "../support/contract.js";
import { FINALIZERS } from "./preludes.js";

contract("suspended code", ({ program }) => {
  const behaviour: typeof program = (name, source, expected, exempt) =>
    program(name, FINALIZERS + source, expected, exempt);

  behaviour(
    "a suspended generator in a cycle runs its finally clause",
    `
def generator():
    me = yield
    try:
        yield
    finally:
        seen.append("finally")
g = generator()
next(g)
g.send(g)
del g
[gc.collect(), seen]
`,
    [0, ["finally"]],
  );
  behaviour(
    "a suspended generator may bring itself back",
    `
def generator():
    me = yield
    try:
        yield
    finally:
        kept.append(me)
g = generator()
next(g)
g.send(g)
del g
first = gc.collect()
kind = type(kept[0]).__name__, list(kept[0])
kept.clear()
[first, kind, gc.collect()]
`,
    [0, ["generator", []], 0],
  );
  behaviour(
    "a suspended coroutine in a cycle runs its finally clause",
    `
import types
@types.coroutine
def wait():
    yield
async def work():
    try:
        await wait()
    finally:
        seen.append("finally")
class Task(Node):
    pass
task = Task()
task.coroutine = work()
task.coroutine.send(None)
def tie(coroutine):
    coroutine.cr_frame.f_locals
async def own(task):
    try:
        await wait()
    finally:
        seen.append(task.name)
task.own = own(task)
task.own.send(None)
task.name = "own"
del task
[gc.collect() > 0, sorted(seen)]
`,
    [true, ["finally", "own"]],
  );
  behaviour(
    "a coroutine never awaited warns from within a collection",
    `
import warnings
async def never(node):
    pass
node = Node()
node.coroutine = never(node)
del node
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    gc.collect()
[str(w.message) for w in caught]
`,
    ["coroutine 'never' was never awaited"],
  );
  behaviour(
    "an asynchronous generator tells its hook",
    `
async def generator(node):
    yield node
def finalizer(agen):
    seen.append(type(agen).__name__)
    kept.append(agen)
old = sys.get_asyncgen_hooks()
sys.set_asyncgen_hooks(finalizer=finalizer)
node = Node()
node.agen = generator(node)
step = node.agen.__anext__()
try:
    step.send(None)
except StopIteration:
    pass
del node, step
found = gc.collect()
sys.set_asyncgen_hooks(*old)
[found, seen, len(kept)]
`,
    [0, ["async_generator"], 1],
  );
  behaviour(
    "an exception and its traceback in a cycle go with all their frames' locals",
    `
import weakref
def fail():
    local = Final("local")
    local.self = None
    try:
        raise ValueError
    except ValueError as error:
        kept_here = error
        return weakref.ref(local)
watch = fail()
alive = watch() is not None
[alive, gc.collect() > 0, watch() is None, seen]
`,
    [true, true, true, ["local"]],
  );
});
