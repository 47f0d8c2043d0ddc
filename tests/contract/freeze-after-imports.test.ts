/** The option `freezeAfterImports`: when it freezes, and that it does so once. */
import { describe, expect, test } from "vitest";
import { attach, type CollectionEvent, type PlanName } from "../../src/index.js";
import { type Line, loadLine, python } from "../support/runtimes.js";

/** `part` is imported while `whole` is; each makes enough objects for some automatic collections. */
const MODULES = python(`
  import gc, sys
  def busy(n=5000): return [[i] for i in range(n)]
  sys.path.append("/tmp")
  frozen = "import gc, __main__; table = __main__.busy(); frozen = gc.get_freeze_count()\\n"
  open("/tmp/part.py", "w").write(frozen)
  open("/tmp/whole.py", "w").write(frozen + "import part; later = __main__.busy(); last = gc.get_freeze_count()\\n")
`);

async function open(line: Line, plan: PlanName, freezeAfterImports = true) {
  const pyodide = await loadLine(line);
  pyodide.runPython(MODULES);
  pyodide.runPython("gc.disable()");
  const moult = await attach(pyodide, { plan, freezeAfterImports, verify: plan === "builtin" ? 0 : 2 });
  const events: CollectionEvent[] = [];
  moult.on("collection", (event) => events.push(event));
  pyodide.runPython("gc.collect(); gc.enable()");
  return { run: (source: string) => pyodide.runPython(python(source)), events };
}

describe.each([
  ["314", "generational"],
  ["314", "incremental"],
  ["0.29", "generational"],
  ["0.29", "incremental"],
  ["315", "generational"],
  ["315", "incremental"],
] as const)("freezeAfterImports on %s (%s)", (line, plan) => {
  test("freezes once, when no import is under way any more", async () => {
    const { run, events } = await open(line, plan);
    run("import whole");
    const automatic = events.filter(({ reason }) => reason === "automatic").length;
    expect(automatic).toBeGreaterThan(4);
    expect(run("whole.frozen, whole.part.frozen, whole.last, gc.get_freeze_count()").toString()).toBe(
      "(0, 0, 0, 0)",
    );
    run("busy(); count = gc.get_freeze_count()");
    expect(run("count")).toBeGreaterThan(10_000);
    const full = events.slice(automatic).filter(({ generation }) => generation === 2);
    expect(full).toHaveLength(plan === "incremental" ? 1 : full.length);
    expect(run("gc.collect(); kept = busy(); busy(); gc.get_freeze_count() <= count")).toBe(true);
  });

  test("collects garbage before it freezes, and not what is referred to", async () => {
    const { run } = await open(line, plan);
    const answer = run(`
      import weakref
      class Node:
          def __init__(self): self.me = self
      kept, watch = Node(), weakref.ref(Node())
      data = [busy() for _ in range(3)]
      gc.get_freeze_count() > 0 and watch() is None and kept.me is kept
    `);
    expect(answer).toBe(true);
  });
});

test.each(["generational", "builtin"] as const)(
  "nothing is frozen without it, nor by builtin (%s)",
  async (plan) => {
    const { run } = await open("314", plan, plan === "builtin");
    expect(run("import whole; busy(); busy(); gc.get_freeze_count()")).toBe(0);
  },
);
