/** Garbage near the limit, memory pressure, and sealed hosts. */
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { CollectionEvent } from "../../src/events/events.js";
import { ATTACHED, open, type Runtime, replacesCollector } from "../support/runtimes.js";

/** Dead cycles of 10 kB, of which there would be a GB; a thousand are alive. */
const QUEUE = `
class Node:
    def __init__(self):
        self.me = self
        self.payload = bytes(10_000)

def run(count):
    queue = [None] * 1000
    for i in range(count):
        queue[i % 1000] = Node()
    return count
run(100_000)
`;

/** The collections that happen meanwhile. */
function collections({ moult }: Runtime, action: () => void): CollectionEvent[] {
  const events: CollectionEvent[] = [];
  const stop = moult!.on("collection", (event) => events.push(event));
  action();
  stop();
  return events;
}

describe.each(ATTACHED.filter(replacesCollector))("$name", (subject) => {
  test("garbage is collected before it reaches the limit", async () => {
    const runtime = await open(subject, { memoryLimit: "96MiB" });
    expect(runtime.pyodide.runPython(QUEUE)).toBe(100_000);
    expect(runtime.moult!.stats().memoryBytes).toBeLessThanOrEqual(96 * 2 ** 20);
    // And where it is old already, and only a full collection gets it.
    const old = `
import gc
gc.collect(); gc.disable()
for _ in range(4500): a = Node()
gc.collect(0); gc.collect(1)
gc.enable()
for _ in range(20_000): a = [[]]
run(100_000)
`;
    expect(runtime.pyodide.runPython(old)).toBe(100_000);
  });

  test("with little left, young collections come sooner", async () => {
    // A clock that goes slower: where other processes have the processor, collecting would seem to take more than its share of time.
    const now = performance.now.bind(performance);
    const clock = vi.spyOn(performance, "now").mockImplementation(() => now() / 20);
    onTestFinished(() => clock.mockRestore());
    const runtime = await open(subject, { memoryLimit: "64MiB" });
    runtime.pyodide.runPython(`${QUEUE.replace("run(100_000)", "")}\nheld = bytes(20_000_000)`);
    let result: unknown;
    const events = collections(runtime, () => {
      result = runtime.pyodide.runPython("import gc; gc.collect(); run(20_000)");
    });
    expect(result).toBe(20_000);
    expect(runtime.moult!.stats().memoryBytes).toBeLessThanOrEqual(64 * 2 ** 20);
    // The incremental plan goes by bytes, and may never let memory come near the limit.
    const collectsForMemory = events.some(
      ({ reason, generation }) => reason === "memory" && generation === 2,
    );
    if (subject.plan === "generational") expect(collectsForMemory).toBe(true);
  });

  test("pressure makes for a full collection, at once and without a limit too", async () => {
    const runtime = await open(subject);
    runtime.pyodide.runPython(
      "class N: pass\nimport gc, moult\ngc.collect()\ndef make():\n    n = N(); n.me = n",
    );
    const none = collections(runtime, () =>
      runtime.pyodide.runPython("make(); moult.add_memory_pressure(1000); make()"),
    );
    expect(none).toEqual([]);
    const events = collections(runtime, () =>
      runtime.pyodide.runPython("moult.add_memory_pressure(100_000_000)\nfor _ in range(5): make()"),
    );
    expect(events.map(({ reason, generation }) => [reason, generation])).toEqual([["memory", 2]]);
    const { pressureBytes, headroomBytes } = runtime.moult!.memoryReport();
    expect([pressureBytes, headroomBytes]).toEqual([100_001_000, null]);
    expect(runtime.moult!.addMemoryPressure(-1)).toBe(100_000_999);
    expect(runtime.moult!.addMemoryPressure(-1e9)).toBe(0);
    expect(() => runtime.moult!.addMemoryPressure(1.5)).toThrow(TypeError);
  });

  test("pressure respects gc.disable()", async () => {
    const runtime = await open(subject);
    const events = collections(runtime, () =>
      runtime.pyodide.runPython(
        "import gc, moult; gc.disable(); moult.add_memory_pressure(10**9)\nfor _ in range(9): [[]]",
      ),
    );
    expect(events).toEqual([]);
  });

  test("pressure counts toward the limit: less is left", async () => {
    const runtime = await open(subject, { memoryLimit: "64MiB" });
    const before = runtime.moult!.memoryReport().headroomBytes!;
    runtime.moult!.addMemoryPressure(5_000_000);
    const after = runtime.moult!.memoryReport().headroomBytes!;
    expect(before - after).toBeGreaterThan(4_500_000);
  });

  test("gc.get_count() does not show how the reserve comes back", async () => {
    const runtime = await open(subject, { memoryLimit: "48MiB" });
    const source = `
import gc
kept = []
try:
    while True: kept.append(bytes(1000))
except MemoryError:
    pass
counts = [gc.get_count()[0] for _ in range(50)]
[0 <= count <= 2001 for count in counts].count(True)
`;
    expect(runtime.pyodide.runPython(source)).toBe(50);
  });

  test("sealed: Python can read it, not raise it", async () => {
    const runtime = await open(subject, { memoryLimit: "64MiB", sealed: true });
    const source = `
import moult
try:
    moult.set_option("memoryLimit", "1GiB")
except PermissionError as error:
    message = str(error)
[message, moult.options["memoryLimit"], moult.memory_report()["limit_bytes"]]
`;
    expect(runtime.pyodide.runPython(source).toJs()).toEqual(["sealed by the host", "64MiB", 64 * 2 ** 20]);
  });
});
