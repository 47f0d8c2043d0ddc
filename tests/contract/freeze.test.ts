/** `gc.freeze`, `gc.unfreeze`, `gc.get_freeze_count`: the permanent generation. */
import { contract } from "../support/contract.js";

const PRELUDE = `
def outcome(function, *args):
    try:
        return function(*args)
    except BaseException as error:
        return f"{type(error).__name__}: {error}"

class Node:
    pass

def cycle():
    node = Node()
    node.self = node
    return node

gc.disable()
gc.collect()
`;

contract("gc.freeze", ({ program }) => {
  const behaviour: typeof program = (name, source, expected, exempt) =>
    program(name, PRELUDE + source, expected, exempt);

  behaviour(
    "starts from none",
    "gc.get_freeze_count() >= 0 and gc.unfreeze() is None and gc.get_freeze_count()",
    0,
  );
  behaviour(
    "moves every tracked object",
    `
count = len(gc.get_objects())
result = gc.freeze()
frozen = gc.get_freeze_count()
[result, abs(frozen - count) < 20, len(gc.get_objects()) < 20]
`,
    [null, true, true],
  );
  behaviour(
    "hides frozen objects from get_objects but not from get_referents",
    `
node = Node()
holder = [node]
gc.freeze()
hidden = any(o is holder for o in gc.get_objects())
gc.unfreeze()
[hidden, any(o is holder for o in gc.get_objects()), gc.get_referents(holder) == [node]]
`,
    [false, true, true],
  );
  behaviour(
    "unfreezes into the oldest generation",
    `
node = Node()
gc.freeze()
gc.unfreeze()
[gc.get_freeze_count()] + [any(o is node for o in gc.get_objects(g)) for g in (0, 1, 2)]
`,
    [0, false, false, true],
  );
  behaviour(
    "keeps garbage that was frozen, until it is unfrozen",
    `
import weakref
node = cycle()
watch = weakref.ref(node)
del node
gc.freeze()
first = gc.collect()
alive = watch() is not None
gc.unfreeze()
[first, alive, gc.collect() >= 1, watch() is None]
`,
    [0, true, true, true],
  );
  behaviour(
    "keeps what only frozen objects refer to",
    `
holder = cycle()
gc.freeze()
holder.late = cycle()
holder.late.mark = "kept"
found = gc.collect()
[found, holder.late.mark]
`,
    [0, "kept"],
  );
  behaviour(
    "keeps what only frozen garbage refers to",
    `
import weakref
holder = cycle()
gc.freeze()
holder.late = cycle()
watch = weakref.ref(holder.late)
del holder
[gc.collect(), watch() is not None]
`,
    [0, true],
  );
  behaviour(
    "still collects what came later",
    `
gc.freeze()
for _ in range(8):
    cycle()
gc.collect()
`,
    8,
  );
  behaviour(
    "lets frozen objects die by reference count",
    `
node = Node()
gc.freeze()
before = gc.get_freeze_count()
del node
before - gc.get_freeze_count()
`,
    1,
  );
  behaviour(
    "freezes what came since, the second time",
    `
gc.freeze()
first = gc.get_freeze_count()
kept = [Node() for _ in range(50)]
gc.freeze()
gc.get_freeze_count() - first >= 51
`,
    true,
  );
  behaviour("unfreezing nothing is harmless", "[gc.unfreeze(), gc.unfreeze(), gc.get_freeze_count()]", [
    null,
    null,
    0,
  ]);
  behaviour("takes no arguments", "[outcome(f, 1) for f in (gc.freeze, gc.unfreeze, gc.get_freeze_count)]", [
    "TypeError: gc.freeze() takes no arguments (1 given)",
    "TypeError: gc.unfreeze() takes no arguments (1 given)",
    "TypeError: gc.get_freeze_count() takes no arguments (1 given)",
  ]);
  behaviour(
    "is allowed in a gc callback",
    `
seen = []
def callback(phase, info):
    if phase == "start":
        gc.freeze()
        seen.append(gc.get_freeze_count() > 0)
    else:
        gc.unfreeze()
        seen.append(gc.get_freeze_count())
node = cycle()
del node
gc.callbacks.append(callback)
found = gc.collect()
gc.callbacks.clear()
[found, seen, gc.collect()]
`,
    [0, [true, 0], 1],
  );
  behaviour(
    "resets the young count",
    `
class Box:
    __slots__ = ()
kept = [Box() for _ in range(500)]
gc.freeze()
gc.get_count()[0] < 20
`,
    true,
  );
});
