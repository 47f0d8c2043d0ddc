/** Regions in which no collection begins by itself: nested, overlapping, left by errors, beside gc.enable and gc.disable. */
import { expect, test } from "vitest";
import { attach } from "../../src/index.js";
import { loadPyodide } from "../../src/pyodide.js";
import { attachedOnly, contract } from "../support/contract.js";
import { LINES, loadLine } from "../support/runtimes.js";

/** `collections(f)`: how many collections ran by themselves while f did, which makes garbage. */
const PRELUDE = `
import moult
class Node:
    def __init__(self): self.me = self
def toil(n=20_000):
    for _ in range(n): Node()
def collections(function):
    seen = []
    def callback(phase, info):
        seen.append(phase)
    gc.callbacks.append(callback)
    try:
        function()
    finally:
        gc.callbacks.remove(callback)
    return seen.count("start")
gc.collect()
`;

contract("no_gc", ({ program, subject, runtime, run, it }) => {
  const behaviour = (name: string, source: string, expected: unknown) =>
    program(name, PRELUDE + source, expected, attachedOnly);

  behaviour(
    "nothing is collected in it, and soon after it",
    "with moult.no_gc(): during = collections(toil)\n[during, collections(toil) > 0]",
    [0, true],
  );
  behaviour(
    "what is asked for is collected in it",
    `
with moult.no_gc():
    gc.collect()
    toil(100)
    found = gc.collect()
found >= 100
`,
    true,
  );
  behaviour(
    "nested: until the outermost is left",
    `
region = moult.no_gc()
with moult.no_gc(), region, region:
    with moult.no_gc():
        pass
    during = collections(toil)
[during, collections(toil) > 0]
`,
    [0, true],
  );
  behaviour(
    "left by an error, which goes on",
    `
try:
    with moult.no_gc():
        raise KeyError("flies")
except KeyError as error:
    name = error.args[0]
[name, collections(toil) > 0]
`,
    ["flies", true],
  );
  behaviour(
    "a function, each time it is called",
    `
@moult.no_gc()
def quiet(depth=2):
    """Does nothing."""
    toil(5000)
    if depth: quiet(depth - 1)
[collections(quiet), collections(quiet), quiet.__doc__, collections(toil) > 0]
`,
    [0, 0, "Does nothing.", true],
  );
  behaviour(
    "overlapping, left in any order, as asynchronous tasks do",
    `
a, b = moult.no_gc(), moult.no_gc()
a.__enter__()
b.__enter__()
a.__exit__(None, None, None)
during = collections(toil)
b.__exit__(None, None, None)
[during, collections(toil) > 0]
`,
    [0, true],
  );
  behaviour(
    "leaving what was not entered is an error that harms nothing",
    `
region = moult.no_gc()
said = []
for _ in range(2):
    try:
        region.__exit__(None, None, None)
    except RuntimeError as error:
        said.append(str(error))
    with region:
        said.append(collections(toil))
[said, collections(toil) > 0]
`,
    [["this block has not been entered", 0, "this block has not been entered", 0], true],
  );
  behaviour(
    "gc.isenabled() and its like speak of what is outside of it",
    `
said = []
for outside in True, False:
    (gc.enable if outside else gc.disable)()
    for inside in None, True, False:
        with moult.no_gc():
            said.append(gc.isenabled())
            if inside is not None: (gc.enable if inside else gc.disable)()
            during = collections(toil)
            said.append(gc.isenabled())
        said.append([during, gc.isenabled(), collections(toil) > 0])
        (gc.enable if outside else gc.disable)()
said
`,
    [
      ...[true, true, [0, true, true]],
      ...[true, true, [0, true, true]],
      ...[true, false, [0, false, false]],
      ...[false, false, [0, false, false]],
      ...[false, true, [0, true, true]],
      ...[false, false, [0, false, false]],
    ],
  );
  behaviour(
    "gc.enable and its like take no arguments in it",
    `
said = []
with moult.no_gc():
    for function in gc.enable, gc.disable, gc.isenabled:
        try:
            function(1)
        except TypeError as error:
            said.append(str(error))
said
`,
    [
      "gc.enable() takes no arguments (1 given)",
      "gc.disable() takes no arguments (1 given)",
      "gc.isenabled() takes no arguments (1 given)",
    ],
  );
  behaviour(
    "a collection that was about to begin does not begin in it",
    `
gc.set_threshold(10)
said = []
for n in range(200):
    toil(n % 20)
    with moult.no_gc():
        said.append(collections(lambda: toil(20)))
sum(said)
`,
    0,
  );

  it(
    "from JavaScript, ended once, by name or by using",
    () => {
      const { moult } = runtime();
      const first = moult!.noGc();
      const second = moult!.noGc();
      const automatic = () => run(`${PRELUDE}collections(toil) > 0`);
      first.end();
      first.end();
      expect(automatic()).toBe(false);
      second[Symbol.dispose]();
      expect(automatic()).toBe(true);
    },
    attachedOnly,
  );

  if (subject.plan !== "incremental") return;
  behaviour(
    "steps go on in it",
    `
with moult.no_gc():
    toil(500)
    collected = 0
    while True:
        step = moult.collect_step(0)
        collected += step.collected
        if step.major_is_done: break
collected >= 500
`,
    true,
  );
});

test.each(LINES)("detaching ends it: pyodide %s", async (line) => {
  const pyodide = await loadLine(line);
  for (const outside of ["enable", "disable"]) {
    const moult = await attach(pyodide);
    pyodide.runPython(`import gc, moult; gc.${outside}(); region = moult.no_gc(); region.__enter__()`);
    const region = moult.noGc();
    moult.detach();
    const enabled = () => pyodide.runPython("gc.isenabled()");
    expect(enabled()).toBe(outside === "enable");
    pyodide.runPython("region.__exit__(None, None, None)");
    region.end();
    expect(enabled()).toBe(outside === "enable");
  }
});

test("a sealed host allows it to Python, as it does gc.disable(), but no work in its own tasks", async () => {
  const pyodide = await loadPyodide({ gc: { plan: "incremental", sealed: true } });
  expect(pyodide.runPython("import gc, moult\nwith moult.no_gc(): said = gc.isenabled()\nsaid")).toBe(true);
  expect(pyodide.runPython("moult.collect_step(float('inf')).outcome")).toBe("ended");
  expect(pyodide.runPython("import pyodide_js; pyodide_js.moult.step(0).outcome")).toBe("working");
  const refused = "MoultError: .* is refused: the host has sealed Moult's options";
  for (const call of ["collectWhenIdle()", "noGc()"])
    expect(() => pyodide.runPython(`pyodide_js.moult.${call}`)).toThrow(new RegExp(refused));
});
