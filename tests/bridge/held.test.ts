/** What is in use stays and works, whoever holds it; and is collected once nobody does. */
import { beforeAll, describe, expect, test } from "vitest";
import { loadLine, python } from "../support/runtimes.js";
import {
  type Bridged,
  DRIVERS,
  type Driver,
  engineCollects,
  helpers,
  LINES,
  open,
  PRELUDE,
  pass,
} from "./support.js";

/** A cycle of `a` with a JavaScript closure; `hold` runs where `a` is known, and `drop` where globals are. */
interface Case {
  readonly hold: string;
  /** Python code that is true where the cycle is whole. */
  readonly works: string;
  readonly drop: string;
}

const CASES: Readonly<Record<string, Case>> = {
  "a Python global": {
    hold: "global held; held = a",
    works: "held.f().leaf is held.leaf",
    drop: "del held",
  },
  globalThis: {
    hold: "js.globalThis.heldByMoult = a.f",
    works: "js.globalThis.heldByMoult().f.js_id == js.globalThis.heldByMoult.js_id",
    drop: "del js.globalThis.heldByMoult",
  },
  "a suspended generator": {
    hold: `
      def values(x):
          yield 1
          yield x.f()
      global generator; generator = values(a); next(generator)`,
    works: "generator.gi_frame.f_locals['x'].f().leaf.name == 'a suspended generator'",
    drop: "del generator",
  },
  "a task that waits": {
    hold: `
      async def work(x):
          await asyncio.sleep(1000)
          x.f()
      global task; task = asyncio.ensure_future(work(a))
      js.setTimeout(create_once_callable(lambda: None), 0)`,
    works: "not task.done() and len(died) == len(set(died))",
    drop: "task.cancel(); del task",
  },
  "a pending promise": {
    hold: `
      global resolve; resolve = None
      def keep(y, n):
          global resolve; resolve = y
      js.Promise.new(create_once_callable(keep)).then(a.f)
      js.Promise.new(create_once_callable(lambda y, n: None)).then(lambda value, x=a: x)`,
    works: "resolve is not None",
    drop: "resolve = None",
  },
  "a dict of listeners": {
    hold: "global listeners; listeners = {a.f.js_id: (a.f, create_proxy(a))}",
    works: "all(f().f.js_id == key for key, (f, p) in listeners.items())",
    drop: "listeners.clear()",
  },
  "a live peer that shares its JavaScript object": {
    hold: "global peer; peer = Component('peer'); peer.f = a.f",
    works: "peer.f().f.js_id == peer.f.js_id",
    drop: "del peer",
  },
};

function make({ run }: Bridged, name: string, hold: string): void {
  const lines = hold.replace(/^\s*\n/, "").split("\n");
  const indent = /^ */.exec(lines[0]!)![0].length;
  run(`
  def make():
      a = Component(${JSON.stringify(name)})
      a.f = helpers.closure(create_proxy(a))
${lines.map((line) => `      ${line.slice(indent)}`).join("\n")}
  make()
  gc.collect()
`);
}

async function passes(bridge: Bridged, driver: Driver, until: () => boolean = () => false): Promise<void> {
  for (let i = 0; i < 3 && !until(); i++) await pass(bridge, driver);
}

describe.each(LINES)("on pyodide %s", (line) => {
  describe.each(DRIVERS)("with the driver %s, a cycle held by", (driver) => {
    let bridge: Bridged;
    beforeAll(async () => {
      bridge = await open(line);
    });

    test.each(Object.entries(CASES))("%s lives, and dies with it", async (name, { hold, works, drop }) => {
      make(bridge, name, hold);
      await passes(bridge, driver);
      expect(bridge.died(name)).toBe(false);
      expect(bridge.run(works)).toBe(true);
      bridge.run(drop);
      // A promise that never settles owns its handles without a registry: a real root (docs/bridge.md).
      if (name === "a pending promise") return;
      for (let i = 0; i < 5 && !bridge.died(name); i++) await passes(bridge, driver, () => bridge.died(name));
      expect(bridge.died(name)).toBe(true);
    });

    test("a copy of its proxy lives, and dies with it", async () => {
      let copy: { f: { proxy: { leaf: { name: string } } }; destroy(): void } | undefined;
      (helpers as { keep?: unknown }).keep = (proxy: { copy(): typeof copy }) => {
        copy = proxy.copy();
      };
      make(bridge, "copied", "helpers.keep(create_proxy(a))");
      await passes(bridge, driver);
      expect(bridge.died("copied")).toBe(false);
      expect(copy!.f.proxy.leaf.name).toBe("copied");
      copy = undefined;
      await engineCollects();
      for (let i = 0; i < 5 && !bridge.died("copied"); i++) await passes(bridge, driver);
      expect(bridge.died("copied")).toBe(true);
    });

    test("a timer lives until it has fired", async () => {
      make(
        bridge,
        "timed",
        "js.setTimeout(create_once_callable(lambda: died.append(a.f().leaf.name + '!')), 2500)",
      );
      await passes(bridge, driver);
      // A slow machine may come to this after it has fired.
      expect(bridge.died("timed") && !bridge.died("timed!")).toBe(false);
      while (!bridge.died("timed!")) await new Promise((resolve) => setTimeout(resolve, 50));
      await passes(bridge, driver, () => bridge.died("timed"));
      expect(bridge.died("timed")).toBe(true);
    });

    test("an interval lives until it is cleared", async () => {
      make(
        bridge,
        "interval",
        "global interval; interval = js.setInterval(create_proxy(lambda: a.f()), 1000)",
      );
      await passes(bridge, driver);
      expect(bridge.died("interval")).toBe(false);
      bridge.run("js.clearInterval(interval)");
      await passes(bridge, driver, () => bridge.died("interval"));
      expect(bridge.died("interval")).toBe(true);
    });

    test("mutation between passes is seen", async () => {
      make(
        bridge,
        "mutated",
        "global box; box = helpers.box(); box.held.append(create_proxy(a)); a.box = box",
      );
      await passes(bridge, driver);
      bridge.run(`
        first = box.held[0].unwrap()
        box.held = to_js([])
        other = helpers.box()
        other.held.append(create_proxy(first))
        del box, first
      `);
      await passes(bridge, driver);
      expect(bridge.died("mutated")).toBe(false);
      expect(bridge.run("len(other.held[0].unwrap().box.held)")).toBe(0);
      bridge.run("del other");
      await passes(bridge, driver, () => bridge.died("mutated"));
      expect(bridge.died("mutated")).toBe(true);
    });
  });

  test("no Python code runs while what is dead can still be found by a weak reference", async () => {
    const bridge = await open(line);
    bridge.run(`
      seen = []
      class Watch:
          def __call__(self, phase, info): seen.append((phase, reference()))
      gc.callbacks.append(Watch())
    `);
    make(bridge, "watched", "global reference; reference = weakref.ref(a)");
    bridge.run("seen.clear()");
    await bridge.moult.collectBridges();
    expect(bridge.run("str(seen)")).toBe("[('start', None), ('stop', None)]");
    expect(bridge.died("watched")).toBe(true);
  });

  test("weak references, their callbacks and WeakValueDictionary see the death in CPython's order", async () => {
    const watch = `
      class Ordered(Leaf):
          def __del__(self): order.append(("del", reference() is None, len(values)))
      a.leaf = Ordered("weak")
      global reference, called, values
      reference = weakref.ref(a)
      called = weakref.ref(a, lambda r: order.append(("callback", r() is None, len(values))))
      values = weakref.WeakValueDictionary(a=a)`;
    const bridge = await open(line);
    bridge.run("order = []");
    make(bridge, "weak", watch);
    await bridge.moult.collectBridges();
    const stock = await loadLine(line);
    stock.runPython(`${python(PRELUDE)}
order = []
def make():
    class Component: pass
    a = Component(); a.me = a
${python(watch).replaceAll(/^/gm, "    ")}
make(); gc.collect()`);
    expect(bridge.run("str(order)")).toBe(stock.runPython("str(order)"));
  });
});
