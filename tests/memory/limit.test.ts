/** The memory limit on every plan and line: where it stops, what runs afterwards, and that it leaves no trace. */
import type { PyodideAPI } from "pyodide";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findMemory } from "../../src/cpython/memory.js";
import type { MemoryLimitEvent } from "../../src/events/events.js";
import { ATTACHED, open, python, type Runtime } from "../support/runtimes.js";

const MIB = 2 ** 20;
const LIMIT = 64 * MIB;

/** Programs that allocate without end; each leaves what it made in `kept`. */
const ENDLESS: Readonly<Record<string, string>> = {
  "small objects in a list": "while True: kept.append([])",
  "a giant bytearray": "kept.append(bytearray(300_000_000))",
  "growing strings": "text = 'x'\nwhile True: text += text",
  "cycles that are never freed": `
    while True:
        a = []
        a.append(a)
        kept.append(a)
    `,
  "dicts of dicts": "while True: kept.append({1: {2: {3: {4: {}}}}})",
  "blocks of 100 kB": "while True: kept.append(bytearray(100_000))",
  "many integers": "n = 10**20\nwhile True:\n    n += 1\n    kept.append(n)",
};

/** Runs one of them in a function that handles the error: formats a traceback, and compiles and calls something. */
const HANDLED = (endless: string) => `
def run():
    kept = []
    try:
        exec(${JSON.stringify(python(endless))}, {"kept": kept})
    except MemoryError:
        import traceback
        text = traceback.format_exc()
        names = {}
        exec(compile("class A:\\n    def f(self): return [x for x in range(10)]\\nr = A().f()", "made", "exec"), names)
        return text.splitlines()[-1], names["r"][-1]
run()
`;

describe.each(ATTACHED)("$name", (subject) => {
  let runtime: Runtime;
  let memory: WebAssembly.Memory;
  const events: MemoryLimitEvent[] = [];

  beforeAll(async () => {
    runtime = await open(subject, { memoryLimit: "64MiB" });
    memory = findMemory(
      (runtime.pyodide as unknown as { _module: Parameters<typeof findMemory>[0] })._module,
    );
    runtime.moult!.on("memory-limit", (event) => events.push(event));
  });
  afterAll(() => {
    runtime.moult?.detach();
  });

  test.each(Object.entries(ENDLESS))("MemoryError, and handlers run: %s", (_, endless) => {
    events.length = 0;
    const t = performance.now();
    for (let i = 0; i < 5; i++) {
      const result = runtime.pyodide.runPython(HANDLED(endless)).toJs();
      expect(result).toEqual(["MemoryError", 9]);
      expect(memory.buffer.byteLength).toBeLessThanOrEqual(LIMIT);
    }
    console.log(
      subject.name,
      _,
      (performance.now() - t).toFixed(),
      memory.buffer.byteLength / MIB,
      events.length,
      JSON.stringify(events[0]?.report.types.slice(0,3)), events[0]?.report.usedBytes, events[0]?.report.objectBytes,
      runtime.stderr.take(),
    );
  });
});
