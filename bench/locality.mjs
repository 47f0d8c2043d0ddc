/**
 * node bench/locality.mjs: the distinct cache lines and pages that a full collection touches.
 *
 * Runs traversal programs with an instrumented copy of the kernel (see footprint.mjs), one process a
 * program, and prints a Markdown table: for each program its largest full collection that found nothing,
 * and its largest that found garbage. "packed" is what the tracked objects' own bytes would fill if they
 * lay side by side: the least that reading all of every object could touch.
 *
 * Times mean nothing here, every access takes a call to JavaScript.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { group } from "./figures.mjs";
import { instrument, LINE_BYTES, Recorder, serveInstrumentedModules } from "./footprint.mjs";
import { attachFrom, loadHost, runProgram } from "./host.mjs";
import { choosePrograms } from "./programs.mjs";

/** @typedef {import("./footprint.mjs").Footprint} Footprint */

/**
 * @typedef {object} Collection
 * @property {number} objects  tracked before it
 * @property {number} objectBytes  of these, with their headers and tables
 * @property {number} collected
 * @property {Footprint} footprint
 */

const HERE = dirname(fileURLToPath(import.meta.url));
/** Set in the processes that measure. */
const CHILD = "MOULT_BENCH_LOCALITY_CHILD";
const TRAVERSAL = ["plain_heap", "mixed_heap", "gc_traversal", "create_gc_cycles", "btree"];

/** Makes measure.timed() announce each gc.collect() before and after, so that nothing else is counted. */
const ANNOUNCE = `
import gc, sys, locality_probe, measure

INLINE_VALUES = 1 << 2  # type flag: attributes lie behind the instance, and sys.getsizeof leaves them out

def size(item):
    inline = 4 * len(gc.get_referents(item)) if type(item).__flags__ & INLINE_VALUES else 0
    return sys.getsizeof(item) + inline

def announcing(timed):
    def announced(action, *arguments):
        if action is not gc.collect:
            return timed(action, *arguments)
        tracked = gc.get_objects()
        count, total = len(tracked), sum(map(size, tracked))
        del tracked
        locality_probe.begin()
        result = timed(action, *arguments)
        locality_probe.end(count, total, result[1])
        return result
    return announced

measure.timed = announcing(measure.timed)
`;

const command = new Command("node bench/locality.mjs")
  .description("Counts the cache lines and pages that full collections touch.")
  .argument("[name...]", `programs (default: ${TRAVERSAL.join(", ")})`)
  .option("--moult <file>", "the module whose attach() to use", join(HERE, "../dist/index.js"))
  .option("--kernel <file>", "the kernel to instrument", join(HERE, "../dist/kernel.wasm"))
  .option("--json", "print one JSON object a line instead of the table")
  .addHelpText("after", "\nExample:\n  npm run build && node bench/locality.mjs plain_heap")
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

/**
 * @param {string} program  path of the file
 * @param {{ moult: string, kernel: string }} options
 * @returns {Promise<Collection[]>}
 */
async function measure(program, options) {
  const recorder = new Recorder();
  serveInstrumentedModules(recorder);
  const kernel = new WebAssembly.Module(instrument(readFileSync(options.kernel)));
  const host = await loadHost();
  const moult = await attachFrom(host, resolve(options.moult), { kernel });
  /** @type {Collection[]} */
  const collections = [];
  host.pyodide.registerJsModule("locality_probe", {
    begin: () => recorder.take(),
    /** @param {number} objects @param {number} objectBytes @param {number} collected */
    end: (objects, objectBytes, collected) =>
      collections.push({ objects, objectBytes, collected, footprint: recorder.take() }),
  });
  host.pyodide.runPython(ANNOUNCE);
  runProgram(host, program);
  moult.detach();
  if (collections.every(({ footprint }) => footprint.accesses === 0)) {
    throw new Error("the instrumented kernel was never called: does this attach() heed the option kernel?");
  }
  return collections;
}

/** The largest collection that found garbage, or none. @param {readonly Collection[]} all @param {boolean} garbage */
function largest(all, garbage) {
  const some = all.filter(({ collected }) => collected > 0 === garbage);
  return some.sort((a, b) => b.objects - a.objects).at(0);
}

/** @param {string} label @param {Collection} collection */
function tableLine(label, { objects, objectBytes, footprint }) {
  const packed = objectBytes / LINE_BYTES;
  const cells = [
    label,
    group(objects),
    group(footprint.accesses),
    group(footprint.lines),
    (footprint.lines / objects).toFixed(2),
    `${group(packed)} (${(footprint.lines / packed).toFixed(2)}x)`,
    group(footprint.pages4k),
    group(footprint.pages64k),
  ];
  return `| ${cells.join(" | ")} |`;
}

const HEAD = `| | objects | accesses | lines of 64 B | lines an object | packed | pages of 4 KiB | of 64 KiB |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
`;

/** Each program in a process of its own: memory that one has used would count as another's. */
function runAll() {
  let failed = 0;
  const options = command.opts();
  const programs = choosePrograms(command.args.length > 0 ? command.args : TRAVERSAL);
  if (!options.json) process.stdout.write(HEAD);
  for (const { name } of programs) {
    const started = performance.now();
    const own = ["--moult", options.moult, "--kernel", options.kernel, ...(options.json ? ["--json"] : [])];
    const parameters = [fileURLToPath(import.meta.url), name, ...own];
    const env = { ...process.env, [CHILD]: "1" };
    if (spawnSync(process.execPath, parameters, { env, stdio: "inherit" }).status !== 0) failed++;
    process.stderr.write(`${name}: ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
  }
  return failed === 0 ? 0 : 1;
}

async function runOne() {
  const options = /** @type {{ moult: string, kernel: string, json?: boolean }} */ (command.opts());
  for (const { name, path } of choosePrograms(command.args)) {
    const collections = await measure(path, options);
    for (const [label, garbage] of /** @type {const} */ ([
      ["live", false],
      ["dead", true],
    ])) {
      const collection = largest(collections, garbage);
      if (collection === undefined) continue;
      const line = options.json
        ? JSON.stringify({ program: name, heap: label, ...collection })
        : tableLine(`${name}, ${label}`, collection);
      process.stdout.write(`${line}\n`);
    }
  }
  return 0;
}

command.parse();
try {
  process.exitCode = process.env[CHILD] === undefined ? runAll() : await runOne();
} catch (error) {
  process.stderr.write(`locality: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
