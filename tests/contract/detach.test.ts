/** `detach`: CPython has a working collector back, wherever the call came from. */
import type { PyodideAPI } from "pyodide";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Moult, PlanName } from "../../src/api.js";
import { attach } from "../../src/attach.js";
import { LINES, loadLine, python } from "../support/runtimes.js";

const SUBJECTS = LINES.flatMap((line) =>
  (["generational", "builtin"] as const).map((plan: PlanName) => ({ line, plan })),
);

/** Everything that must be as it was: settings, lists, functions. */
const STATE = `
import gc
repr([gc.get_threshold(), gc.isenabled(), gc.get_debug(),
      id(gc.callbacks), gc.callbacks, id(gc.garbage), gc.garbage,
      [list(d) for d in gc.get_stats()], gc.get_freeze_count(), len(gc.get_count())])
`;

/** True when collections, asked for and automatic ones, find what they should and keep what they should. */
const WORKS = `
import gc, weakref
def works():
    class Node:
        pass
    class Link:
        pass
    heard = []
    def callback(phase, info):
        heard.append(phase)
    def cycles(n):
        made = []
        for _ in range(n):
            node = Node()
            node.self = node
            made.append(weakref.ref(node))
        return made
    gc.collect()
    kept = [Link() for _ in range(100)]
    for a, b in zip(kept, kept[1:]):
        a.next, b.previous = b, a
    gc.disable()
    watches = cycles(50)
    found = gc.collect()
    dead = all(watch() is None for watch in watches)
    gc.enable()
    gc.callbacks.append(callback)
    more = [cycles(1000) for _ in range(10)]
    gc.callbacks.remove(callback)
    gc.collect()
    return [found, dead, len(heard) >= 2, heard.count("start") == heard.count("stop"),
            all(watch() is None for made in more for watch in made),
            all(a.next is b and b.previous is a for a, b in zip(kept, kept[1:]))]
works()
`;

describe.for(SUBJECTS)("detach | pyodide $line, $plan", ({ line, plan }) => {
  let pyodide: PyodideAPI;
  let moult: Moult;

  beforeAll(async () => {
    pyodide = await loadLine(line);
  });
  afterEach(() => {
    moult.detach();
    pyodide.runPython("import gc; gc.callbacks.clear(); gc.garbage.clear(); gc.enable(); gc.unfreeze()");
  });
  const works = (): unknown => {
    const result = pyodide.runPython(WORKS) as { toJs(): unknown; destroy(): void };
    const list = result.toJs();
    result.destroy();
    return list;
  };
  const WORKING = [50, true, true, true, true, true];
  const put = async (): Promise<void> => {
    moult = await attach(pyodide, { plan });
    pyodide.globals.set("detach", () => moult.detach());
  };

  test("puts every setting back", async () => {
    const before = pyodide.runPython(STATE);
    await put();
    expect(works()).toEqual(WORKING);
    expect(moult.detach()).toBe(true);
    expect(moult.attached).toBe(false);
    expect(pyodide.runPython(STATE)).toBe(before);
    expect(works()).toEqual(WORKING);
  });

  test("is harmless the second time", async () => {
    await put();
    expect([moult.detach(), moult.detach(), moult.detach()]).toEqual([true, true, true]);
    expect(works()).toEqual(WORKING);
  });

  test("keeps what the user set meanwhile", async () => {
    await put();
    pyodide.runPython(
      "import gc; gc.set_threshold(1234, 5); gc.disable(); gc.set_debug(gc.DEBUG_UNCOLLECTABLE)",
    );
    moult.detach();
    const state = "repr([gc.get_threshold()[:2], gc.isenabled(), gc.get_debug()])";
    expect(pyodide.runPython(state)).toBe("[(1234, 5), False, 4]");
    pyodide.runPython("gc.set_threshold(2000, 10); gc.enable(); gc.set_debug(0)");
  });

  test("keeps the user's callbacks, in the same list", async () => {
    pyodide.runPython(
      "import gc; heard = []; before = gc.callbacks; gc.callbacks.append(lambda p, i: heard.append(p))",
    );
    await put();
    pyodide.runPython("gc.collect(); gc.callbacks.append(lambda p, i: heard.append('second'))");
    moult.detach();
    const source = "heard.clear(); gc.collect(); repr([heard, gc.callbacks is before, len(before)])";
    expect(pyodide.runPython(source)).toBe("[['start', 'second', 'stop', 'second'], True, 2]");
  });

  test("loses no object: old, young, frozen", async () => {
    await put();
    const source = `
      import gc
      class Node: pass
      old = [Node() for _ in range(500)]
      gc.collect()
      middle = [Node() for _ in range(500)]
      gc.collect(0)
      young = [Node() for _ in range(500)]
      kept = {id(o) for part in (old, middle, young) for o in part}
    `;
    pyodide.runPython(python(source));
    moult.detach();
    const count = "sum(id(o) in kept for o in gc.get_objects())";
    expect(pyodide.runPython(count)).toBe(1500);
    await put();
    expect(pyodide.runPython(count)).toBe(1500);
    pyodide.runPython("gc.freeze()");
    moult.detach();
    expect(
      pyodide.runPython(`before = gc.get_freeze_count() >= 1500; gc.unfreeze(); before and ${count}`),
    ).toBe(1500);
  });

  test.for([
    ["a gc callback at the start", "start"],
    ["a gc callback at the end", "stop"],
  ])("from %s is done at the next safe moment", async ([, phase]) => {
    await put();
    const source = `
      import gc
      answers = []
      def callback(phase, info):
          if phase == "${phase}":
              gc.callbacks.remove(callback)
              answers.append(detach())
      gc.callbacks.append(callback)
      gc.collect()
      gc.collect()  # What Moult's own module was made of.
      gc.disable()
      for _ in range(3):
          a = []
          a.append(a)
      del a
      found = gc.collect()
      gc.enable()
      repr([answers, found])
    `;
    expect(pyodide.runPython(python(source))).toBe("[[False], 3]");
    await Promise.resolve();
    expect(moult.attached).toBe(false);
    expect(works()).toEqual(WORKING);
  });

  test.for([
    ["a finalizer", "final = Final()"],
    [
      "a weakref callback",
      "final = Node(); watch = weakref.ref(final, lambda ref: answers.append(detach()))",
    ],
  ])("from %s is done at the next safe moment", async ([, make]) => {
    await put();
    const source = `
      import gc, weakref
      answers = []
      class Node: pass
      class Final:
          def __del__(self):
              answers.append(detach())
      ${make}
      final.self = final
      friends = [Node() for _ in range(100)]
      for friend in friends:
          friend.final, friend.friends = final, friends
      final.friends = friends
      check = weakref.ref(friends[50])
      gc.collect()
      del final, friend, friends
      gc.collect()
      repr([answers, check() is None])
    `;
    expect(pyodide.runPython(python(source))).toBe("[[False], True]");
    await Promise.resolve();
    expect(moult.attached).toBe(false);
    expect(works()).toEqual(WORKING);
  });

  test("from an automatic collection in the middle of a program is done", async () => {
    await put();
    const source = `
      import gc
      answers = []
      def callback(phase, info):
          if phase == "stop" and not answers:
              answers.append(detach())
      gc.callbacks.append(callback)
      class Node: pass
      canary = Node()
      canary.self = canary
      for _ in range(30_000):
          node = Node()
          node.self = node
      gc.callbacks.clear()
      repr([answers, canary.self is canary])
    `;
    expect(pyodide.runPython(python(source))).toBe("[[False], True]");
    await Promise.resolve();
    expect(moult.attached).toBe(false);
    expect(works()).toEqual(WORKING);
  });

  test("tells its listeners once", async () => {
    await put();
    const heard: string[] = [];
    moult.on("detach", (event) => heard.push(event.type));
    moult.detach();
    moult.detach();
    expect(heard).toEqual(["detach"]);
  });

  test("leaves an object that says so", async () => {
    await put();
    moult.detach();
    expect(() => moult.collect()).toThrow(expect.objectContaining({ code: "detached" }));
    expect(moult.stats().plan).toBe(plan);
  });

  test("is what Symbol.dispose does", async () => {
    {
      await put();
      using scoped = moult;
      expect(scoped.attached).toBe(true);
    }
    expect(moult.attached).toBe(false);
  });

  test("and attach go on for 50 rounds under load, without taking more memory", async () => {
    const load = `
      import gc
      class Node:
          def __init__(self, n):
              self.n, self.self = n, self
      store = {} if "store" not in globals() else store
      for n in range(3000):
          store[n % 700] = Node(n)
      ok = all(node.self is node for node in store.values())
      if ROUND % 3 == 0:
          gc.collect(ROUND % 2)
      ok and len(store)
    `;
    const bytes: number[] = [];
    for (let round = 0; round < 50; round++) {
      await put();
      expect(pyodide.runPython(python(load).replaceAll("ROUND", String(round)))).toBe(700);
      bytes.push(moult.stats().memoryBytes);
      if (round % 2 === 0) moult.collect();
      expect(moult.detach()).toBe(true);
      expect(pyodide.runPython(python(load).replaceAll("ROUND", String(round + 1)))).toBe(700);
    }
    pyodide.runPython("del store");
    expect(bytes.at(-1)).toBe(bytes[9]);
    expect(works()).toEqual(WORKING);
  });
});
