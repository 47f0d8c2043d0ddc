/** Memory that runs out during a collection: nothing is lost or damaged, and the program goes on. */
import { expect } from "vitest";
import { contract, skip } from "../support/contract.js";

/** Only CPython's own test module can make allocations fail. */
const needsTestcapi = skip(({ line }) =>
  line === "0.29" ? "the npm package of pyodide 0.29 has no _testcapi to make allocations fail" : undefined,
);

/** `sweep(setup)` makes one allocation after the other fail during a collection. */
const NO_MEMORY = `
import _testcapi, weakref
class Node:
    pass
class Final:
    def __del__(self):
        pass
def litter():
    for cls in (Node, Final) * 3:
        a = cls()
        a.self, a.list = a, [a]
    weakref.finalize(a, int)
def attempt(start, stop):
    try:
        _testcapi.set_nomemory(start, stop)
        return gc.collect()
    except MemoryError:
        return None
    finally:
        _testcapi.remove_mem_hooks()
def sweep(allocations=30):
    for start in range(allocations):
        litter()
        attempt(start, start + 1)
        litter()
        attempt(start, 0)
    gc.garbage.clear()
    gc.callbacks.clear()
    gc.set_debug(0)
    gc.collect()
    alive = [o for o in gc.get_objects() if type(o) in (Node, Final) and o is not canary]
    return [len(alive), gc.collect(), canary.self is canary, canary.list == [canary]]
canary = Node()
canary.self, canary.list = canary, [canary]
sys.unraisablehook = lambda args: None
gc.disable()
gc.collect()
`;

contract("memory that runs out", ({ program, runtime, it, run }) => {
  const behaviour: typeof program = (name, source, expected) =>
    program(name, NO_MEMORY + source, expected, needsTestcapi);

  behaviour("loses and damages nothing", "sweep(90)", [0, 0, true, true]);
  behaviour(
    "loses and damages nothing with callbacks",
    `
gc.callbacks.append(lambda phase, info: info["generation"])
sweep()
`,
    [0, 0, true, true],
  );
  behaviour("loses and damages nothing with DEBUG_SAVEALL", "gc.set_debug(gc.DEBUG_SAVEALL); sweep()", [
    0,
    0,
    true,
    true,
  ]);
  it(
    "loses and damages nothing with debug text",
    () => {
      expect(run(`${NO_MEMORY}\ngc.set_debug(gc.DEBUG_STATS | gc.DEBUG_COLLECTABLE)\nsweep()`)).toEqual([
        0,
        0,
        true,
        true,
      ]);
      runtime().stderr.take();
    },
    needsTestcapi,
  );
});
