/** Containers too large for a slice: marked in portions, whatever becomes of them in between; and what can't be cut is said. */
import { describe, expect, test } from "vitest";
import { attach, type CollectionEvent, type CycleEvent, type MoultOptions } from "../../src/index.js";
import { LINES, type Line, loadLine } from "../support/runtimes.js";

const EACH = 20_000;

const PRELUDE = `
import gc, moult
from collections import OrderedDict, defaultdict

class Node:
    pass

class Mine(dict):
    def __init__(self, *args):
        super().__init__(*args)
        self.beside = [Node()]

class Listed(list):
    pass

class Chosen(set):
    __slots__ = ("beside",)

def nodes():
    return [Node() for _ in range(${EACH})]

boxes = {
    "list": nodes(),
    "tuple": tuple(nodes()),
    "dict": dict(enumerate(nodes())),
    "names": {str(number): node for number, node in enumerate(nodes())},
    "set": set(nodes()),
    "ordered": OrderedDict(enumerate(nodes())),
    "default": defaultdict(list, enumerate(nodes())),
    "mine": Mine(enumerate(nodes())),
    "listed": Listed(nodes()),
    "chosen": Chosen(nodes()),
}
boxes["chosen"].beside = [Node()]
gc.collect()

def whole_cycle(between=lambda number: None):
    """One cycle in the smallest steps; how many they were."""
    number = 0
    while not moult.collect_step(0).major_is_done:
        number += 1
        between(number)
    return number
`;

async function prepare(line: Line, options: MoultOptions = {}) {
  const pyodide = await loadLine(line);
  const moult = await attach(pyodide, { plan: "incremental", verify: 2, ...options });
  const cycles: CycleEvent[] = [];
  const collections: CollectionEvent[] = [];
  moult.on("cycle", (event) => cycles.push(event));
  moult.on("collection", (event) => collections.push(event));
  pyodide.runPython(PRELUDE);
  return { pyodide, cycles, collections };
}

describe.each(LINES)("on pyodide %s", (line) => {
  test("all that they hold is marked, a portion at a time", async () => {
    const { pyodide, cycles } = await prepare(line);
    cycles.length = 0;
    const steps = Number(pyodide.runPython("gc.disable(); whole_cycle()"));
    expect(cycles).toHaveLength(1);
    // What marking missed would be suspected. Some hundred objects of the interpreter always are.
    expect(cycles[0]!.suspects).toBeLessThan(5000);
    expect(cycles[0]!.collected).toBe(0);
    expect(steps).toBeGreaterThan((10 * EACH) / 1024);
  });

  test("they may grow, shrink, empty and die between two portions", async () => {
    const { pyodide } = await prepare(line);
    const wrong = pyodide.runPython(`
gc.disable()
expected = {name: len(box) for name, box in boxes.items()}

def change(number):
    box = boxes["list"]
    kind = number % 6
    if kind == 0: box[:] = box[::2] + box[1::2]
    elif kind == 1:
        box.append(box.pop(0))
        boxes["dict"] = dict(reversed(boxes["dict"].items()))
    elif kind == 2: boxes["tuple"] = tuple(reversed(boxes["tuple"]))
    elif kind == 3:
        kept = list(boxes["set"]); boxes["set"].clear(); boxes["set"].update(kept)
        boxes["ordered"].move_to_end(next(iter(boxes["ordered"])))
    elif kind == 4:
        boxes["mine"] = Mine(boxes["mine"]); boxes["default"].popitem(); boxes["default"][number] = Node()
    else: boxes["listed"] = Listed(boxes["listed"][1:] + boxes["listed"][:1])

for _ in range(3):
    whole_cycle(change)
def whole(box):
    return all(type(node) is Node for node in (box.values() if isinstance(box, dict) else box))
found = gc.collect()
sum(len(boxes[name]) != length or not whole(boxes[name]) for name, length in expected.items() if name != "default") + found
`);
    expect(wrong).toBe(0);
  });

  test("a proof that is not cut is mentioned in the event", async () => {
    const { pyodide, collections } = await prepare(line);
    pyodide.runPython(`
gc.disable()
island = {number: [number] for number in range(6000)}
for value in island.values(): value.append(island)
gc.collect()
del island, value
whole_cycle()
`);
    const mentioned = collections.flatMap(({ uncut }) => (uncut === undefined ? [] : [uncut]));
    expect(mentioned.some(({ objects, slots }) => objects >= 6000 && slots >= 6000)).toBe(true);
  });
});
