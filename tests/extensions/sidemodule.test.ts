/**
 * A C extension that is wrong towards the collector, as a real side module loaded by Pyodide's dlopen.
 * Where CPython's own collector survives the mistake, Moult must do what it does; where CPython's own
 * dies of a WebAssembly trap, Moult survives if CPython's frames are not in between.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WarningEvent } from "../../src/events/events.js";
import { type Host, install, lines, load } from "./harness.js";

type Collector = Parameters<typeof load>[1];

async function hostWith(line: (typeof lines)[number], collector: Collector): Promise<Host> {
  const host = await load(line, collector);
  await install(host);
  host.pyodide.runPython("import gc, weakref, gctypes; gc.collect(); gc.collect()");
  return host;
}

const run = (host: Host, code: string): unknown => JSON.parse(host.pyodide.runPython(code) as string);

/** What a program computed and wrote to stderr, without the addresses in it. */
interface Outcome {
  readonly value: unknown;
  readonly stderr: string;
}

function outcomeOf(host: Host, code: string): Outcome {
  host.pyodide.runPython("while gc.collect(): pass");
  host.takeStderr();
  const value = run(host, code);
  return { value, stderr: host.takeStderr().replace(/0x[0-9a-f]+/g, "0x...") };
}

/** Programs that every collector survives and on which all must agree; each ends in JSON. */
const agreed: Readonly<Record<string, string>> = {
  "an exception from tp_clear is reported as unraisable and the object is freed": `
import json
item = gctypes.ClearRaises(); item.a = item
ref = weakref.ref(item)
del item
json.dumps([gc.collect(), ref() is None])`,

  "tp_finalize resurrects once, and is not called a second time": `
import json
saved, calls = [], []
item = gctypes.Finalizes()
item.a, item.b = (lambda dying: (calls.append(1), saved.append(dying))), item
ref = weakref.ref(item)
del item
first = gc.collect(), len(saved), saved[0].b is saved[0], gc.is_finalized(saved[0])
saved.clear()
json.dumps([first, gc.collect(), gc.collect(), len(calls), ref() is None])`,

  "tp_finalize that raises is reported as unraisable and the object is freed": `
import json
def finalizer(dying):
    raise ValueError("from the finalizer")
item = gctypes.Finalizes()
item.a, item.b = finalizer, item
ref = weakref.ref(item)
del item, finalizer
json.dumps([gc.collect(), ref() is None])`,

  "one reference visited twice makes a dead object look referenced: it is kept": `
import json
item = gctypes.Overvisit()
target = [item]
item.a = target
ref = weakref.ref(item)
del item, target
json.dumps([gc.collect(), gc.collect(), ref() is None])`,

  "gc.get_referents gives what tp_traverse shows": `
import json
shown = {}
for name in ("Good", "Missing", "Partial", "Untyped", "NonGc"):
    item = getattr(gctypes, name)()
    item.a, item.b = ["a"], ["b"]
    shown[name] = sorted(str(r) for r in gc.get_referents(item))
json.dumps(shown)`,

  "gc.get_referents fails when tp_traverse returns non-zero": `
import json
try:
    outcome = gc.get_referents(gctypes.NonZero())
except SystemError as error:
    outcome = str(error)
json.dumps(outcome)`,

  "gc.get_referrers finds an instance through what it shows": `
import json
target = []
good, missing = gctypes.Good(), gctypes.Missing()
good.a = missing.a = target
json.dumps([good in gc.get_referrers(target), missing in gc.get_referrers(target), gc.is_tracked(missing)])`,

  "DEBUG_SAVEALL keeps a dead instance whole": `
import json
gc.set_debug(gc.DEBUG_SAVEALL)
item = gctypes.Good(); item.a = item; item.b = "b"
del item
found = gc.collect()
gc.set_debug(0)
saved = [o for o in gc.garbage if type(o) is gctypes.Good]
whole = [o.a is o and o.b for o in saved]
del saved
gc.garbage.clear()
json.dumps([found > 0, whole, gc.collect() > 0])`,

  "10,000 instances, half of them dead": `
import json
live = []
for n in range(10_000):
    item = gctypes.Good(); item.a, item.b = item, n
    if n % 2: live.append(item)
del item
gc.collect()
json.dumps([len(live), sum(item.b for item in live), all(item.a is item for item in live)])`,
};

/** Live objects of a type whose tp_traverse traps, among ordinary garbage; JSON of what is intact. */
const trapInTraverse = (type: string) => `
import json
items = [gctypes.${type}() for _ in range(3)]
for item in items: item.a, item.b = item, ["b"]
hidden = weakref.ref(items[0])
del items[0], item
garbage = []; garbage.append(garbage); del garbage
gc.collect(); gc.collect(0); gc.collect(1); gc.collect()
json.dumps([[item.a is item and item.b for item in items], hidden() is not None])`;

const trapInClear = `
item = gctypes.TrapInClear(); item.a = item
del item
gc.collect()`;

for (const line of lines) {
  const truth = new Map<string, Outcome>();

  describe.each(["stock", ...line.plans] as const)(`CPython ${line.python}, side module, %s`, (collector) => {
    let host: Host;
    beforeAll(async () => {
      host = await hostWith(line, collector);
    });
    afterAll(() => void host.moult?.detach());

    test.each(Object.entries(agreed))("%s", (name, code) => {
      const outcome = outcomeOf(host, code);
      if (collector === "stock") {
        truth.set(name, outcome);
        expect(outcome).toMatchSnapshot();
      }
      expect(outcome).toEqual(truth.get(name));
    });
  });

  describe(`CPython ${line.python}, side module, what stock does not survive`, () => {
    test.each(["BadSignature", "TrapInTraverse"])("stock dies of a trap in tp_traverse: %s", async (type) => {
      const host = await hostWith(line, "stock");
      expect(() => run(host, trapInTraverse(type))).toThrow(/signature mismatch|unreachable/);
    });

    test("stock dies of a trap in tp_clear", async () => {
      const host = await hostWith(line, "stock");
      expect(() => host.pyodide.runPython(trapInClear)).toThrow(/unreachable/);
    });

    test("stock clears a live object that is visited once too often", async () => {
      // Owned by the dead item once and by a local variable once, subtracted twice: the count reaches
      // zero. A frame is no gc object, so nothing in the heap brings the list back.
      const code = `
import json
def program():
    target = ["content"]
    item = gctypes.Overvisit(); item.a = target; item.b = item
    del item
    gc.collect()
    return target
json.dumps(program())`;
      const host = await hostWith(line, "stock");
      expect(run(host, code)).toEqual([]);
    });
  });

  describe.each(line.plans.filter((plan) => plan !== "builtin"))(
    `CPython ${line.python}, faults under plan %s`,
    (plan) => {
      test.each(["BadSignature", "TrapInTraverse"])("a trap in tp_traverse is survived: %s", async (type) => {
        const host = await hostWith(line, plan);
        const warnings: WarningEvent[] = [];
        host.moult?.on("warning", (event) => void warnings.push(event));
        expect(run(host, trapInTraverse(type))).toEqual([[["b"], ["b"]], true]);
        const traps = warnings.filter((event) => event.code === "traverse-trap");
        expect(traps).toHaveLength(1);
        expect(traps[0]?.message).toContain(`gctypes.${type}`);
      });

      test("a trap in tp_clear ends the program and names the type", async () => {
        const host = await hostWith(line, plan);
        expect(() => host.pyodide.runPython(trapInClear)).toThrow(/gctypes\.TrapInClear/);
      });
    },
  );
}
