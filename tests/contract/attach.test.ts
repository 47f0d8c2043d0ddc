/** `attach` and `attachSync`: what they refuse, what they redirect, and that they disturb nothing. */
import { readFile } from "node:fs/promises";
import type { PyodideAPI } from "pyodide";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Moult, MoultOptions, PyodideLike } from "../../src/api.js";
import { attach, attachSync } from "../../src/attach.js";
import { MoultError, OptionError } from "../../src/errors.js";
import { compileKernel } from "../../src/kernel/kernel.js";
import { LINES, loadLine, python, runner } from "../support/runtimes.js";

const LITTER = `
def litter(n):
    for _ in range(n):
        a = []
        a.append(a)
`;

describe.for(LINES)("attach | pyodide %s", (line) => {
  let pyodide: PyodideAPI;
  let run: (source: string) => unknown;
  let kernel: WebAssembly.Module;
  const attached: Moult[] = [];
  const put = async (options?: MoultOptions): Promise<Moult> => {
    const moult = await attach(pyodide, options);
    attached.push(moult);
    return moult;
  };

  beforeAll(async () => {
    pyodide = await loadLine(line);
    run = runner(pyodide);
    kernel = await compileKernel();
  });
  afterEach(() => {
    for (const moult of attached.splice(0)) moult.detach();
  });

  test("takes the incremental plan unless told otherwise", async () => {
    const moult = await put();
    expect(moult.plan).toBe("incremental");
    expect(moult.attached).toBe(true);
    moult.detach();
    expect((await put({ plan: "builtin" })).plan).toBe("builtin");
  });

  test("refuses to attach twice, and the first goes on", async () => {
    const moult = await put();
    await expect(attach(pyodide)).rejects.toMatchObject({ name: "MoultError", code: "already-attached" });
    expect(() => attachSync(pyodide, kernel)).toThrow(MoultError);
    expect(moult.attached).toBe(true);
    expect(run(`${LITTER}\ngc.disable(); gc.collect(); litter(4); gc.collect()`)).toBe(4);
  });

  test("attaches again after detach, also with another plan", async () => {
    for (const plan of ["generational", "builtin", "generational"] as const) {
      const moult = await put({ plan });
      expect(run(`${LITTER}\ngc.disable(); gc.collect(); litter(4); gc.collect()`)).toBe(4);
      expect(moult.stats().generations[2].collected).toBeGreaterThanOrEqual(4);
      moult.detach();
    }
  });

  test.for([
    ["null", null],
    ["undefined", undefined],
    ["a number", 5],
    ["a string", "pyodide"],
    ["an empty object", {}],
    ["a function", () => {}],
    ["an object with an empty module", { _module: {} }],
    ["a module of null", { _module: null, runPython: () => 0 }],
    ["a proxy that knows every name", new Proxy({}, { get: () => ({}) })],
  ])("refuses %s as no Pyodide", async ([, wrong]) => {
    const attempt = attach(wrong as PyodideLike);
    await expect(attempt).rejects.toBeInstanceOf(MoultError);
    await expect(attempt).rejects.toMatchObject({ code: "not-pyodide" });
  });

  test.for([
    ["an unknown name", { plam: "generational" }, /plam.*plan/s],
    ["an unknown plan", { plan: "fast" }, /plan.*builtin.*generational/s],
    ["a plan that is no string", { plan: 1 }, /plan/],
    ["an unknown level", { verify: 4 }, /verify.*0.*3/s],
    ["a level that is no number", { verify: "1" }, /verify/],
    ["a seal that is no boolean", { sealed: "yes" }, /sealed/],
    ["a kernel that is no module", { kernel: new Uint8Array(8) }, /kernel/],
    ["options that are no object", "generational", /options must be an object/],
    ["options that are an array", [], /options must be an object/],
  ])("refuses %s, and changes nothing", async ([, options, text]) => {
    const before = run("[gc.get_threshold(), gc.isenabled(), gc.callbacks]");
    const attempt = attach(pyodide, options as MoultOptions);
    await expect(attempt).rejects.toBeInstanceOf(OptionError);
    await expect(attempt).rejects.toMatchObject({
      code: "bad-option",
      message: expect.stringMatching(text as RegExp),
    });
    expect(run("[gc.get_threshold(), gc.isenabled(), gc.callbacks]")).toEqual(before);
  });

  test("refuses a module that is not the kernel, and changes nothing", async () => {
    const empty = new WebAssembly.Module(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
    const before = run("[gc.get_threshold(), gc.isenabled(), gc.get_count()[1:]]");
    await expect(attach(pyodide, { kernel: empty })).rejects.toMatchObject({ code: "kernel-invalid" });
    expect(run("[gc.get_threshold(), gc.isenabled(), gc.get_count()[1:]]")).toEqual(before);
    expect((await put()).attached).toBe(true);
  });

  test("redirects references that were taken before", async () => {
    pyodide.runPython(
      python(`
      from gc import collect, get_count, get_objects, get_stats, get_threshold
      from functools import partial
      collect_young = partial(collect, 0)
    `),
    );
    const moult = await put();
    const before = moult.stats().generations.map((g) => g.collections);
    pyodide.runPython("collect(); collect(1); collect_young()");
    const after = moult.stats().generations.map((g) => g.collections);
    expect(after.map((n, i) => n - before[i]!)).toEqual([1, 1, 1]);
    expect(pyodide.runPython("'duration' in get_stats()[0]")).toBe(true);
    expect(pyodide.runPython("repr(get_threshold())")).toBe("(2000, 10, 10)");
    expect(pyodide.runPython("len(get_count())")).toBe(3);
    expect(pyodide.runPython("collect(); any(o is __import__('sys').modules for o in get_objects(2))")).toBe(
      true,
    );
    moult.detach();
    expect(pyodide.runPython("'duration' in get_stats()[0]")).toBe(line === "315");
    expect(pyodide.runPython("collect()")).toBeTypeOf("number");
  });

  test("leaves the module's names and objects what they are", async () => {
    const look =
      "[[name, id(value), str(value) if callable(value) else ''] for name, value in sorted(vars(gc).items())]";
    const before = run(look);
    await put();
    expect(run(look)).toEqual(before);
    expect(run("[gc.collect.__name__, gc.collect.__doc__[:7], gc.collect.__module__]")).toEqual([
      "collect",
      "Run the",
      "gc",
    ]);
    expect(run("import inspect; str(inspect.signature(gc.collect))")).toBe("(generation=2)");
  });

  test("keeps the user's settings, callbacks, garbage and frozen objects", async () => {
    pyodide.runPython(
      python(`
      import gc
      gc.collect()
      gc.set_threshold(777, 7)
      gc.disable()
      heard = []
      def note(phase, info):
          heard.append(phase)
      gc.callbacks.append(note)
      gc.garbage.append("kept")
      gc.freeze()
      lists = gc.callbacks, gc.garbage
    `),
    );
    // Compiling a program takes objects, which are frozen with the rest and die at its end.
    pyodide.runPython("frozen = gc.get_freeze_count()");
    await put();
    const source = `
      gc.collect()
      seen = [gc.get_threshold()[:2] == (777, 7), gc.isenabled(),
              gc.callbacks is lists[0], gc.garbage is lists[1],
              gc.callbacks == [note], list(gc.garbage), abs(frozen - gc.get_freeze_count()) < 20, heard]
      gc.callbacks.clear(); gc.garbage.clear(); gc.unfreeze(); gc.enable(); gc.set_threshold(2000, 10)
      __import__("json").dumps(seen)
    `;
    expect(JSON.parse(String(pyodide.runPython(python(source))))).toEqual([
      true,
      false,
      true,
      true,
      true,
      ["kept"],
      true,
      ["start", "stop"],
    ]);
  });

  test("attaches while Python is on the stack", async () => {
    pyodide.globals.set("attach_now", () => {
      attached.push(attachSync(pyodide, kernel));
    });
    const source = `
      def work(depth):
          class Node: pass
          node = Node()
          node.self = node
          if depth:
              result = work(depth - 1)
          else:
              attach_now()
              found = []
              for _ in range(7):
                  a = []
                  a.append(a)
              del a
              gc.disable()
              result = gc.collect() >= 7
              gc.enable()
          return result and node.self is node
      import gc
      work(20) and "duration" in gc.get_stats()[0]
    `;
    expect(pyodide.runPython(python(source))).toBe(true);
    expect(attached[0]?.attached).toBe(true);
  });

  test("attaches from a gc callback and a finalizer, too", async () => {
    pyodide.globals.set("attach_now", () => {
      attached.push(attachSync(pyodide, kernel));
    });
    for (const where of ["callback", "finalizer"]) {
      const source = `
        import gc
        class Final:
            def __del__(self):
                attach_now()
        def callback(phase, info):
            gc.callbacks.remove(callback)
            attach_now()
        if "${where}" == "callback":
            gc.callbacks.append(callback)
        else:
            final = Final()
            final.self = final
            del final
        gc.collect()
        gc.collect()
        a = []
        a.append(a)
        del a
        gc.disable()
        found = gc.collect()
        gc.enable()
        found
      `;
      expect(pyodide.runPython(python(source)), where).toBe(1);
      expect(attached.at(-1)?.attached).toBe(true);
      attached.pop()?.detach();
    }
  });

  test("serves several interpreters in one process, each for itself", async () => {
    const other = await loadLine(line === "314" ? "0.29" : "314");
    const mine = await put();
    const theirs = await attach(other);
    const before = theirs.stats().generations[2].collections;
    const source = `${LITTER}\nimport gc\ngc.collect()\nlitter(3)\ngc.collect()`;
    expect(pyodide.runPython(source)).toBe(3);
    expect(theirs.stats().generations[2].collections).toBe(before);
    expect(other.runPython(source)).toBe(3);
    mine.detach();
    expect(theirs.attached).toBe(true);
    expect(other.runPython(source)).toBe(3);
    theirs.detach();
  });

  test("sealed, works like any other, and JavaScript may still detach", async () => {
    const moult = await put({ sealed: true });
    expect(run(`${LITTER}\ngc.disable(); gc.collect(); litter(4); gc.collect()`)).toBe(4);
    expect(run("gc.set_threshold(500); gc.get_threshold()[0]")).toBe(500);
    expect(moult.detach()).toBe(true);
  });

  test("takes the kernel file as it is published", async () => {
    const published = await WebAssembly.compile(await readFile("dist/kernel.wasm"));
    const moult = await put({ kernel: published });
    expect(run(`${LITTER}\ngc.disable(); gc.collect(); litter(4); gc.collect()`)).toBe(4);
    expect(moult.stats().attachMs).toBeGreaterThan(0);
  });
});
