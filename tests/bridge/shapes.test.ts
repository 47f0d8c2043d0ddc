/** Cycles of every shape, on both lines, with both drivers: each is collected, or stays and is said to stay. */
import { beforeAll, describe, expect, test } from "vitest";
import { type Bridged, DRIVERS, LINES, open, pass } from "./support.js";

/** Python code that makes one cycle of a component `a`; whatever it needs is at hand. */
const COLLECTED: Readonly<Record<string, string>> = {
  "a closure": `a.f = helpers.closure(create_proxy(a))`,
  "an EventTarget": `
    a.target = helpers.target()
    a.target.addEventListener("click", create_proxy(a.on_event))`,
  "a tuple": `a.held = (helpers.closure(create_proxy(a)),)`,
  "nested tuples": `a.held = (1, ((helpers.closure(create_proxy(a)),),))`,
  "a list that holds itself": `
    items = [a]
    items.append(helpers.closure(create_proxy(items)))
    a.items = items`,
  "a bound method of a JavaScript object": `
    box = helpers.target()
    box.proxy = create_proxy(a)
    a.method = box.addEventListener`,
  "a function's closure": `
    box = helpers.box()
    def inner(): return a, box
    box.f = create_proxy(inner)`,
  "to_js of an object in arrays": `a.array = to_js([a, [a]])`,
  "to_js with a dict": `a.map = to_js({"me": a})`,
  "a proxy that caches an attribute": `
    a.data = [1]
    proxy = create_proxy(a)
    helpers.touch(proxy)
    a.f = helpers.closure(proxy)`,
  "two JavaScript objects": `
    first, second = helpers.box(), helpers.box()
    first.second, second.proxy = second, create_proxy(a)
    a.first = first`,
  "an instance of a local class in a closure": `
    class Local(Component): pass
    b = Local("unused"); b.a = a
    a.f = helpers.closure(create_proxy(b)); a.b = b; b.leaf = None`,
  "an exception from JavaScript": `
    try: helpers.throws(create_proxy(a))
    except Exception as error: a.error = error`,
  "a PyProxy that Python holds": `a.proxy = create_proxy(a)`,
  "several copies of a proxy": `
    proxy = create_proxy(a)
    a.f, a.g = helpers.closure(proxy), helpers.closure(helpers.copy(proxy))`,
  create_once_callable: `
    box = helpers.box()
    box.f = create_once_callable(lambda: a)
    a.box = box`,
  "a generator that has not begun": `
    def values(x): yield x
    a.generator = values(a)
    a.f = helpers.closure(create_proxy(a))`,
  "a generator that waits outside any try": `
    def values(x):
        yield 1
        yield x
    a.generator = values(a); next(a.generator)
    a.f = helpers.closure(create_proxy(a))`,
  "a future that is done": `
    a.future = asyncio.Future(); a.future.set_result(a)
    a.f = helpers.closure(create_proxy(a))`,
  "a future that is pending": `
    a.future = asyncio.Future(); a.future.owner = a
    a.f = helpers.closure(create_proxy(a))`,
};

/** Cycles that stay with the read barrier: Python can come to them by a way without a PyProxy. */
const NEEDS_SYNCHRONOUS: Readonly<Record<string, string>> = {
  "an object with a weak reference": `
    a.f = helpers.closure(create_proxy(a))
    references.append(weakref.ref(a))`,
  "a class in the cycle": `
    class Local(Component): pass
    Local.f = helpers.closure(create_proxy(Local)); Local.a = a`,
};

/** Cycles that are never collected, since a finalizer could use what is in them. */
const KEPT: Readonly<Record<string, string>> = {
  "a __del__ in the cycle": `
    class WithDel:
        def __del__(self): pass
    a.owner = WithDel(); a.owner.a = a
    a.f = helpers.closure(create_proxy(a.owner))`,
  "a generator that waits in a try": `
    def values(x):
        try: yield 1
        finally: x.f
    a.generator = values(a); next(a.generator)
    a.f = helpers.closure(create_proxy(a))`,
};

/** Makes the cycle in a function whose names are gone afterwards. */
function make(bridge: Bridged, name: string, code: string): void {
  const body = code.replace(/^\s*\n/, "").split("\n");
  const indent = /^ */.exec(body[0]!)![0].length;
  const lines = body.map((line) => `      ${line.slice(indent)}`).join("\n");
  bridge.run(`
  def make():
      a = Component(${JSON.stringify(name)})
${lines}
  make()
  gc.collect()
`);
}

describe.each(LINES)("on pyodide %s", (line) => {
  describe.each(DRIVERS)("with the driver %s", (driver) => {
    let bridge: Bridged;
    beforeAll(async () => {
      bridge = await open(line);
      bridge.run("references = []");
    });

    test.each(Object.entries(COLLECTED))("collects a cycle through %s", async (name, code) => {
      make(bridge, name, code);
      expect(bridge.died(name)).toBe(false);
      for (let i = 0; i < 3 && !bridge.died(name); i++) await pass(bridge, driver);
      expect(bridge.died(name)).toBe(true);
    });

    test.each(Object.entries(NEEDS_SYNCHRONOUS))("a cycle through %s", async (name, code) => {
      make(bridge, name, code);
      for (let i = 0; i < 3 && !bridge.died(name); i++) await pass(bridge, driver);
      expect(bridge.died(name)).toBe(driver === "synchronous");
    });

    test.each(Object.entries(KEPT))("keeps a cycle through %s, and names the class", async (name, code) => {
      make(bridge, name, code);
      const result = await pass(bridge, driver);
      expect(bridge.died(name)).toBe(false);
      expect(result.held.map(({ type }) => type)).toContain(
        name.startsWith("a __del__") ? "WithDel" : "generator",
      );
    });

    test("leaves no tombstone behind, and Python works", async () => {
      const result = await pass(bridge, driver);
      expect(result.tombstones).toBe(0);
      expect(bridge.run("sum(range(10))")).toBe(45);
    });
  });
});
