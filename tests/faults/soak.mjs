/**
 * Hours of work in minutes: garbage, changes, cycles through JavaScript, refusals at a memory limit, interrupts, freezing and
 * thawing, in turns, in one interpreter. Objects and memory must be the same at the end of each round from the third on.
 *
 *   npm run soak -- --minutes 30
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadPyodide } from "pyodide";
import { attach } from "../../dist/index.js";

const usage = `Usage: npm run soak -- [--minutes N] [--plan NAME]

Works in one interpreter, and says in each round what it holds. What it holds must not grow.

  --minutes N  how long (default 30)
  --plan NAME  incremental (default) or generational
  -h, --help   print this help

Exit status: 0 constant, 1 it grew or something was lost, 2 wrong usage.

Example: npm run soak -- --minutes 1`;

const churn = readFileSync(fileURLToPath(new URL("churn.py", import.meta.url)), "utf8");

/** Beside it: cycles through JavaScript, and a hoard that the memory limit ends. */
const PROGRAM = `${churn}
import js, sys
from pyodide.ffi import create_proxy
sys.unraisablehook = lambda unraisable: None
class Listener(Node):
    def __init__(self, number):
        super().__init__(number)
        self.target = js.Object.new()
        self.target.listener = create_proxy(self.heard)
    def heard(self): return self.number
def hoard():
    try:
        held = [bytearray(1 << 20) for _ in range(10_000)]
    except MemoryError:
        return True
`;

/** @param {string} text @param {string[]} names @returns {string} */
function oneOf(text, names) {
  if (!names.includes(text)) throw new TypeError(`"${text}" is none of ${names.join(", ")}`);
  return text;
}

/** @param {number} minutes @param {"incremental" | "generational"} plan */
async function soak(minutes, plan) {
  const pyodide = await loadPyodide();
  const moult = await attach(pyodide, { plan, memoryLimit: "256 MiB" });
  pyodide.runPython(PROGRAM);
  const interrupts = new Uint8Array(new SharedArrayBuffer(1));
  pyodide.setInterruptBuffer(interrupts);
  pyodide.globals.set("interrupt", () => {
    interrupts[0] = 2;
  });
  const until = performance.now() + 60_000 * minutes;
  /** @type {number[]} */
  const objects = [];
  /** @type {number[]} */
  const memory = [];
  for (let round = 0; round < 5 || performance.now() < until; round++) {
    for (let i = 0; i < 10; i++) {
      pyodide.runPython("churn(5000)");
      pyodide.runPython("for i in range(50): ring(i, Listener)");
      pyodide.runPython("try:\n    interrupt(); churn(3000)\nexcept KeyboardInterrupt:\n    pass");
      if (!pyodide.runPython("hoard()")) throw new Error("the memory limit refused nothing");
      pyodide.runPython("gc.freeze(); churn(500); gc.unfreeze()");
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await moult.collectBridges();
    await moult.collectBridges();
    if (!pyodide.runPython("churn(2000); whole()")) throw new Error("what is kept is no longer whole");
    if (pyodide.runPython("left()") !== 0) throw new Error("dead objects are left");
    objects.push(pyodide.runPython("len(gc.get_objects())"));
    memory.push(moult.stats().memoryBytes);
    const { proxies, slots } = moult.bridgeStats() ?? { proxies: 0, slots: 0 };
    const collections = moult
      .stats()
      .generations.reduce((sum, generation) => sum + generation.collections, 0);
    if (round % 10 === 0 || performance.now() >= until)
      console.log(
        `round ${round}: ${objects.at(-1)} objects, ${(memory.at(-1) ?? 0) / 2 ** 20} MiB, ${proxies} proxies, ${slots} slots, ${collections} collections`,
      );
  }
  const [first, last] = [objects.slice(2, 5), objects.slice(-3)].map((some) => Math.max(...some));
  const [before, after] = [memory[2] ?? 0, memory.at(-1) ?? 0];
  const grew = (last ?? 0) > (first ?? 0) + 200 || after > before;
  console.log(
    `${grew ? "FAIL it grew" : "ok   constant"}: ${first} and ${last} objects, ${before / 2 ** 20} and ${after / 2 ** 20} MiB`,
  );
  return grew ? 1 : 0;
}

try {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: "30" },
      plan: { type: "string", default: "incremental" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) console.log(usage);
  else {
    const minutes = Number(values.minutes);
    if (!(minutes >= 0)) throw new TypeError(`--minutes ${values.minutes}: want a number`);
    const plan = /** @type {"incremental" | "generational"} */ (
      oneOf(values.plan, ["incremental", "generational"])
    );
    process.exitCode = await soak(minutes, plan);
  }
} catch (error) {
  const isUsage = error instanceof TypeError;
  console.error(`soak: ${error instanceof Error ? error.message : error}${isUsage ? `\n\n${usage}` : ""}`);
  process.exitCode = isUsage ? 2 : 1;
}
