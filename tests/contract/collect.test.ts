/** `gc.collect`: arguments, errors, return value, and what a collection within a collection does. */
import { contract, exceptIncremental } from "../support/contract.js";

/** Twelve dead self-cycles are left behind by `litter()`; `outcome(call)` is its value or its error. */
const PRELUDE = `
def litter(n=12):
    for _ in range(n):
        a = []
        a.append(a)

def outcome(*args, **kwargs):
    try:
        return gc.collect(*args, **kwargs)
    except BaseException as error:
        return f"{type(error).__name__}: {error}"

class Node:
    pass

gc.disable()
gc.collect()
`;

contract("gc.collect", ({ program }) => {
  const behaviour: typeof program = (name, source, expected, exempt) =>
    program(name, PRELUDE + source, expected, exempt);

  behaviour("returns the number of unreachable objects", "litter(); outcome()", 12);
  behaviour("finds nothing the second time", "litter(); outcome(); outcome()", 0);
  behaviour("works while automatic collection is off", "litter(); [gc.isenabled(), outcome()]", [false, 12]);
  behaviour("takes the generation by position", "litter(); outcome(2)", 12);
  behaviour("takes the generation by name", "litter(); outcome(generation=2)", 12);
  behaviour(
    "takes anything with __index__",
    "litter(); outcome(type('I', (), {'__index__': lambda s: 2})())",
    12,
  );
  behaviour("takes booleans as the numbers they are", "litter(); outcome(False)", 12);
  behaviour(
    "counts an instance and its attributes as one object",
    `
a, b = Node(), Node()
a.other, b.other = b, a
del a, b
outcome()
`,
    2,
  );
  behaviour(
    "counts a dictionary that outgrew its instance as an object of its own",
    `
a = Node()
a.self = a
vars(a)[1] = a
del a
outcome()
`,
    2,
  );

  behaviour("collects the young generation only", "litter(); [outcome(0), outcome(2)]", [12, 0]);
  behaviour(
    "leaves older garbage to older generations",
    `
a = []
a.append(a)
outcome(0)
outcome(1)
del a
[outcome(0), outcome(1), outcome(2)]
`,
    [0, 0, 1],
  );
  behaviour(
    "collects generation 1 with everything younger",
    `
a = []
a.append(a)
outcome(0)
del a
litter()
[outcome(1), outcome(2)]
`,
    [13, 0],
    exceptIncremental("has no middle generation: collect(1) collects an increment of the old space"),
  );

  behaviour("refuses a negative generation", "outcome(-1)", "ValueError: invalid generation");
  behaviour("refuses a fourth generation", "outcome(3)", "ValueError: invalid generation");
  behaviour("refuses it by name, too", "outcome(generation=3)", "ValueError: invalid generation");
  behaviour("refuses what is no integer", "[outcome('2'), outcome(2.0), outcome(None)]", [
    "TypeError: 'str' object cannot be interpreted as an integer",
    "TypeError: 'float' object cannot be interpreted as an integer",
    "TypeError: 'NoneType' object cannot be interpreted as an integer",
  ]);
  behaviour(
    "refuses an integer that no C int holds",
    "outcome(1 << 40)",
    "OverflowError: Python int too large to convert to C int",
  );
  behaviour(
    "refuses more than one argument",
    "outcome(1, 2)",
    "TypeError: collect() takes at most 1 argument (2 given)",
  );
  behaviour(
    "refuses an unknown keyword",
    "outcome(gen=1)",
    "TypeError: collect() got an unexpected keyword argument 'gen'",
  );
  behaviour(
    "collects nothing when it refuses",
    `
litter()
outcome(3)
outcome()
`,
    12,
  );
  behaviour(
    "lets an error in __index__ through",
    `
class Bad:
    def __index__(self):
        raise KeyError("no index")
outcome(Bad())
`,
    "KeyError: 'no index'",
  );

  behaviour(
    "returns 0 within a gc callback",
    `
inner = []
def callback(phase, info):
    inner.append([phase, outcome()])
gc.callbacks.append(callback)
litter()
[outcome(), inner]
`,
    [
      12,
      [
        ["start", 0],
        ["stop", 0],
      ],
    ],
  );
  behaviour(
    "returns 0 within a finalizer",
    `
inner = []
class Final:
    def __del__(self):
        litter(3)
        inner.append(outcome())
a = Final()
a.self = a
del a
[outcome(), inner, outcome()]
`,
    [1, [0], 3],
  );
  behaviour(
    "returns 0 within a weakref callback",
    `
import weakref
inner = []
a = Node()
a.self = a
watch = weakref.ref(a, lambda ref: inner.append(outcome()))
del a
[outcome(), inner, outcome()]
`,
    [1, [0], 0],
  );
  behaviour(
    "checks its argument even while it collects",
    `
inner = []
gc.callbacks.append(lambda phase, info: inner.append(outcome(7)))
outcome()
inner
`,
    ["ValueError: invalid generation", "ValueError: invalid generation"],
  );
  behaviour(
    "collects within a finalizer that reference counting runs",
    `
inner = []
class Final:
    def __del__(self):
        litter()
        inner.append(outcome())
a = Final()
del a
inner
`,
    [12],
  );
  behaviour(
    "keeps everything reachable from frames, closures, modules and C containers",
    `
import collections, types
def hold():
    local = Node()
    local.self = local
    def inner():
        return local
    return inner
closure = hold()
module = types.ModuleType("held")
module.node = Node()
module.node.self = module.node
queue = collections.deque([Node()])
queue[0].queue = queue
partial = __import__("functools").partial(lambda x: x, Node())
[outcome(), closure().self is closure(), module.node.self is module.node,
 queue[0].queue is queue, type(partial.args[0]).__name__]
`,
    [0, true, true, true, "Node"],
  );
});
