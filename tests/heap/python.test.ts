/** The heap tools as Python code has them: `import moult`. */
import type { PyodideAPI } from "pyodide";
import { beforeAll, describe, expect, test } from "vitest";
import type { Moult } from "../../src/api.js";
import { attach, attachSync } from "../../src/attach.js";
import { loadHeapTools } from "../../src/heap/index.js";
import { compileKernel } from "../../src/kernel/kernel.js";
import { loadLine, python } from "../support/runtimes.js";
import { LINES } from "./support.js";

const PROGRAM = python(`
  import gc, sys, moult
  class Node:
      def __init__(self): self.next = None
  class Cache:
      def __init__(self): self.entries = {}
  cache = Cache()
  def remember(key):
      cache.entries[key] = Node()
      return cache.entries[key]
  ring = Node(); ring.next = Node(); ring.next.next = ring
`);

describe.each(LINES)("import moult on %s", (line) => {
  let pyodide: PyodideAPI;
  let moult: Moult;
  beforeAll(async () => {
    pyodide = await loadLine(line);
    moult = await attach(pyodide);
    pyodide.runPython(PROGRAM);
  });
  const run = (code: string) => pyodide.runPython(python(code)) as unknown;
  const text = (code: string) => String(run(code));

  test("histogram", () => {
    run("many = [Node() for _ in range(500)]");
    expect(text("[row['objects'] for row in moult.histogram() if row['name'] == '__main__.Node'][0]")).toBe(
      "502",
    );
    expect(text("repr(moult.histogram(limit=3))")).toMatch(
      /objects, .*\nclass +objects +size\n(.*\n){3}\.\.\. and \d+ more/,
    );
    expect(text("repr(moult.histogram('module', retained=True))")).toContain("__main__");
    expect(() => run("moult.histogram('colour')")).toThrow(/ValueError: by can't be 'colour'/);
    expect(() => run("moult.histogram('site')")).toThrow(/start tracemalloc/);
    run("del many");
  });

  test("growth since the last call, and between two snapshots", () => {
    run("moult.growth(); kept = [Node() for _ in range(30)]");
    expect(text("[row['moreObjects'] for row in moult.growth() if row['name'] == '__main__.Node'][0]")).toBe(
      "30",
    );
    run("before = moult.snapshot(); del kept; after = moult.snapshot()");
    expect(
      text("[row['moreObjects'] for row in after.growth(before) if row['name'] == '__main__.Node'][0]"),
    ).toBe("-30");
  });

  test("path_to_root", () => {
    run("entry = remember('the key'); path = moult.path_to_root(entry)");
    // A name of the caller's own namespace is shorter.
    expect(text("repr(path)")).toContain(".entry");
    run("identity = id(entry); del entry");
    const lines = text("path = moult.path_to_root(cache.entries['the key']); repr(path)");
    expect(lines).toMatch(
      /\.cache {2}-> {2}__main__\.Cache\n {2}\.entries {2}-> {2}dict\n {2}\["the key"\] {2}-> {2}__main__\.Node$/,
    );
  });

  test("markup is escaped, also a class called <script>", () => {
    run("evil = type('<script>alert(1)</script>', (), {})(); path = moult.path_to_root(evil)");
    for (const shown of [
      "path._repr_html_()",
      "path._repr_svg_()",
      "moult.histogram(limit=10**6)._repr_html_()",
      "moult.explain(evil)._repr_html_()",
    ]) {
      expect(text(shown)).not.toContain("<script>");
      expect(text(shown)).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    }
  });

  test("referrers are those of gc.get_referrers", () => {
    run(
      "target = Node(); holders = [[target], {'k': target}, (target,), {target}, Cache()]; holders[-1].held = target",
    );
    const compare =
      "sorted(id(o) for o in moult.referrers(target)) == sorted(id(o) for o in gc.get_referrers(target))";
    expect(run(compare)).toBe(true);
    expect(run("len(moult.referrers(target))")).toBe(6);
    run("def local(obj): return moult.referrers(obj), gc.get_referrers(obj)\nours, theirs = local(Node)");
    expect(run("sorted(map(id, ours)) == sorted(map(id, theirs))")).toBe(true);
    run("del ours, theirs, holders, target");
  });

  test("retained_size and explain", () => {
    run("big = Cache(); big.entries = {i: [i] * 1000 for i in range(100)}");
    const retained = Number(run("moult.retained_size(big)"));
    expect(retained).toBeGreaterThan(400_000);
    expect(retained).toBeLessThan(440_000);
    expect(text("repr(moult.explain(ring))")).toMatch(/in a cycle: it\.next\.next is it\nkept alive by:/);
    expect(text("moult.snapshot().cycle(ring, 'ring')")).toBe("ring.next.next is ring");
    expect(run("moult.snapshot().cycle(cache) is None")).toBe(true);
    expect(text("repr(moult.suspects(0.03))")).toContain("__main__.Cache");
    run("del big");
  });

  test("trash that the collector kept is explained", () => {
    run(`
      gc.collect()
      gc.set_debug(gc.DEBUG_SAVEALL)
      trash = Node(); trash.next = Node(); trash.next.next = trash; del trash
      gc.collect()
      gc.set_debug(0)
      found = [o for o in gc.garbage if type(o) is Node][0]
      about_trash = moult.explain(found)["cycle"]
      del found; gc.garbage.clear()`);
    expect(text("about_trash")).toBe("it.next.next is it");
  });

  test("with tracemalloc, objects carry the line that made them", () => {
    run(`
      import tracemalloc
      tracemalloc.start()
      exec(compile("def make(): return [Node() for _ in range(77)]", "maker.py", "exec"))
      made = make()
      sites = {row["name"]: row["objects"] for row in moult.histogram("site")}
      about = moult.explain(made[0])
      tracemalloc.stop()`);
    expect(run("sites['maker.py:1'] >= 77")).toBe(true);
    expect(text("about['site']")).toBe("maker.py:1");
    run("del made");
  });

  test("assert_no_leaks", () => {
    run(`
      def clean():
          with moult.assert_no_leaks():
              one = Node(); one.next = one
      clean(); clean()`);
    expect(() => run("with moult.assert_no_leaks():\n    for n in range(12): remember(n)")).toThrow(
      /AssertionError: leaked: .*12 __main__\.Node(.|\n)*\["?\d+"?\] {2}-> {2}__main__\.Node/,
    );
    run("cache.entries.clear()");
    run("with moult.assert_no_leaks(ignore=['__main__.Node', 'dict', 'list', 'tuple']): remember('x')");
    expect(() => run("with moult.assert_no_leaks(): raise KeyError('own')")).toThrow(/KeyError: 'own'/);
    run("@moult.assert_no_leaks()\ndef twice(): return 2");
    expect(run("twice() + twice()")).toBe(4);
  });

  test("a snapshot is saved; a path that does not exist and a full disk are the OSErrors that they are", () => {
    run("taken = moult.snapshot('/tmp/a.heapsnapshot')");
    expect(text("open('/tmp/a.heapsnapshot').read(20)")).toContain('{"snapshot"');
    expect(() => run("moult.snapshot('/no/such/place.heapsnapshot')")).toThrow(/FileNotFoundError/);
    run(`
      import builtins, errno
      class Full:
          def __enter__(self): return self
          def __exit__(self, *error): pass
          def write(self, text): raise OSError(errno.ENOSPC, "No space left on device")
      real_open, builtins.open = builtins.open, lambda *args, **named: Full()`);
    expect(() => run("taken.save('full')")).toThrow(/OSError: \[Errno \d+\] No space left on device/);
    run("builtins.open = real_open");
  });

  test("an object that is younger than the snapshot, and one from within a collection, are clear errors", () => {
    expect(() => run("early = moult.snapshot(); early.retained_size([2])")).toThrow(
      /ValueError: this object is not in the snapshot/,
    );
    run(`
      class Looks:
          def __del__(self):
              try: moult.histogram()
              except RuntimeError as error: said.append(str(error))
      said = []
      looks = Looks(); looks.me = looks; del looks
      gc.collect()`);
    expect(text("said[0]")).toContain("in the middle of a collection");
  });

  test("help() shows them, and a name that is none is an AttributeError", () => {
    expect(text("moult.path_to_root.__doc__")).toContain("what keeps an object alive".replace("w", "W"));
    expect(run("{'snapshot', 'referrers', 'assert_no_leaks'} <= set(dir(moult))")).toBe(true);
    expect(() => run("moult.snapshoot")).toThrow(/AttributeError/);
  });

  test("the same in TypeScript", () => {
    const graph = moult.heap.capture();
    const ring = pyodide.globals.get("ring");
    expect(graph.ids.includes(moult.heap.idOf(ring))).toBe(true);
    ring.destroy();
  });

  test("after detaching they say so", () => {
    moult.detach();
    expect(() => run("moult.histogram()")).toThrow(/RuntimeError: this Moult is detached/);
    expect(() => run("taken.histogram()")).toThrow(/RuntimeError/);
  });
});

test("without the tools one error says what to do", async () => {
  const pyodide = await loadLine("314");
  const kernel = await compileKernel();
  const moult = attachSync(pyodide, kernel);
  expect(() => moult.heap).toThrow(/the heap tools are not loaded: use attach\(\) with tools "auto"/);
  expect(() => pyodide.runPython("import moult; moult.snapshot()")).toThrow(
    /RuntimeError: the heap tools are not loaded/,
  );
  moult.detach();
  const loaded = attachSync(pyodide, kernel, { tools: await loadHeapTools() });
  expect(loaded.heap.capture().nodes).toBeGreaterThan(1000);
});
