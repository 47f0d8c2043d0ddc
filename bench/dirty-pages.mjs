/**
 * npm run bench -- dirty-pages: pages of memory that a pass which only reads writes to, with counted references and without.
 *
 * Servers fork processes that share memory until one of them writes to a page. WebAssembly can't fork, but what would be copied can
 * be counted: Binaryen's pass `instrument-memory` has every store of CPython's mark its page in a table. The heap is frozen
 * (gc.freeze), as such servers do before they fork, and was read once before, as it is when it is built.
 *
 *   store ──▶ store_ptr(…, address) ──▶ table[address / 4096] = 1        the table is in the same memory; 0 while nothing counts
 *
 * Promises: Markdown on stdout, progress on stderr, a process for each row. Operations on whole blocks (memory.copy and
 * memory.fill) are not counted; they write to what was allocated just before. Times mean nothing here.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Command } from "commander";
import { positive } from "./arguments.mjs";
import { describeMachine, machineLine } from "./machine.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const STOCK = join(HERE, "../node_modules/pyodide");
/** Set in the processes that measure. */
const CHILD = "MOULT_BENCH_DIRTY_PAGES_CHILD";
const MODULE = "pyodide.asm.wasm";
const PAGE = 4096;
/** The table has an entry for each page of four gigabytes. */
const ENTRIES = 2 ** 32 / PAGE;

const PROGRAM = `
import gc

class Point:
    def __init__(self, i):
        self.x, self.y, self.name, self.tags = i, float(i), f"point {i}", [i, str(i)]

points = [Point(i) for i in range(OBJECTS)]
table = {p.name: (p, p.tags) for p in points}

def look():
    total = 0
    for p in points:
        total += p.x + len(p.name) + len(p.tags) + len(p.tags[1])
    for name, (p, tags) in table.items():
        total += len(name) + len(tags) + (p.tags is tags)
    return total

before = look()
gc.collect()
gc.freeze()
look()
`;

/** @typedef {{ directory: string, isTraced: boolean, objects: number }} Job */
/** @typedef {{ pages: number, bytes: number }} Figures */

/**
 * A copy of a Pyodide whose CPython tells which pages it writes to.
 *
 * @param {string} directory @param {string} into
 */
async function instrumented(directory, into) {
  const { default: binaryen } = await import("binaryen");
  rmSync(into, { recursive: true, force: true });
  mkdirSync(dirname(into), { recursive: true });
  cpSync(directory, into, { recursive: true, dereference: true });
  const bytes = readFileSync(join(directory, MODULE));
  const module = binaryen.readBinaryWithFeatures(bytes, nodeFeatures(binaryen));
  try {
    countStores(binaryen, module);
    writeFileSync(join(into, MODULE), module.emitBinary());
  } finally {
    module.dispose();
  }
}

/**
 * The features that a module may use. One by one: with all of them Binaryen writes what Node 20 does not read.
 *
 * @param {typeof import("binaryen").default} binaryen
 */
function nodeFeatures({ Features }) {
  return (
    Features.MutableGlobals |
    Features.NontrappingFPToInt |
    Features.BulkMemory |
    Features.SignExt |
    Features.ExceptionHandling |
    Features.ReferenceTypes |
    Features.Multivalue
  );
}

/** @param {typeof import("binaryen").default} binaryen @param {import("binaryen").default.Module} module */
function countStores({ i32, i64, f32, f64, createType }, module) {
  module.runPasses(["instrument-memory"]);
  // The pass has imports for whatever may be of interest: but for one they give back what they get, inside of the module.
  /** @param {string} name @param {number[]} types */
  const passOn = (name, types) => {
    const last = types.length - 1;
    module.removeFunction(name);
    module.addFunction(
      name,
      createType(types),
      types[last] ?? i32,
      [],
      module.local.get(last, types[last] ?? i32),
    );
  };
  for (const [name, type] of Object.entries({ i32, i64, f32, f64 }))
    for (const access of ["load", "store"]) passOn(`${access}_val_${name}`, [i32, type]);
  for (const name of ["memory_grow_pre", "memory_grow_post"]) passOn(name, [i32, i32]);
  const access = [i32, i32, i32, i32];
  passOn("load_ptr", access);
  module.addGlobal("dirty_pages", i32, true, module.i32.const(0));
  module.addGlobalExport("dirty_pages", "dirty_pages");
  const table = () => module.global.get("dirty_pages", i32);
  const address = module.i32.add(module.local.get(2, i32), module.local.get(3, i32));
  const entry = module.i32.add(table(), module.i32.shr_u(address, module.i32.const(Math.log2(PAGE))));
  module.removeFunction("store_ptr");
  module.addFunction(
    "store_ptr",
    createType(access),
    i32,
    [],
    module.block(
      null,
      [module.if(table(), module.i32.store8(0, 1, entry, module.i32.const(1))), module.local.get(3, i32)],
      i32,
    ),
  );
}

/** @param {Job} job @returns {Promise<Figures>} */
async function measure({ directory, isTraced, objects }) {
  const { watchInstances } = await import("../dist/cpython/early.js");
  const { loadTraced } = await import("../dist/traced/load.js");
  const { loadPyodide } = await import(pathToFileURL(join(directory, "pyodide.mjs")).href);
  /** @type {WebAssembly.Global | undefined} */
  let counts;
  const unwatch = watchInstances((exports) => {
    if (exports.dirty_pages instanceof WebAssembly.Global) counts = exports.dirty_pages;
    return undefined;
  });
  const load = () => loadPyodide({ indexURL: `${directory}/` });
  const pyodide = isTraced ? (await loadTraced(load))[0] : await load();
  unwatch();
  if (counts === undefined) throw new Error("CPython's module is not the instrumented one");
  const { _module } = pyodide;
  pyodide.runPython(PROGRAM.replace("OBJECTS", String(objects)));
  const table = _module._malloc(ENTRIES);
  const entries = () => _module.HEAPU8.subarray(table, table + ENTRIES);
  entries().fill(0);
  counts.value = table;
  const isAsBefore = pyodide.runPython("look() == before");
  counts.value = 0;
  if (!isAsBefore) throw new Error("the pass read something else than before");
  const pages = entries().reduce((/** @type {number} */ sum, /** @type {number} */ one) => sum + one, 0);
  return { pages, bytes: _module.HEAPU8.length - ENTRIES };
}

/** @param {number} objects */
async function compare(objects) {
  const { buildRuntime } = await import("../dist/traced/node/build.js");
  const { cacheDirectory } = await import("../dist/traced/node/cache.js");
  const { ALL_STEPS } = await import("../dist/traced/recipe.js");
  const say = (/** @type {string} */ text) => process.stderr.write(`${text}\n`);
  const progress = () => {};
  const request = { pyodideDirectory: STOCK, cache: cacheDirectory(), options: ALL_STEPS, progress };
  say("building the traced runtime, unless it is there");
  const { directory: traced } = await buildRuntime(request);
  const copies = join(HERE, "../build/dirty-pages");
  /** @type {Record<string, Job>} */
  const jobs = {};
  for (const [name, directory] of Object.entries({ stock: STOCK, traced })) {
    say(`${name}: having its stores counted`);
    const copy = join(copies, name);
    await instrumented(directory, copy);
    jobs[name] = { directory: copy, isTraced: name === "traced", objects };
    if (name === "stock") jobs["stock again"] = jobs[name];
  }
  /** @type {Record<string, Figures>} */
  const table = {};
  for (const [name, job] of Object.entries(jobs)) {
    say(`${name}: reading`);
    const env = { ...process.env, [CHILD]: JSON.stringify(job) };
    const output = execFileSync(process.execPath, [fileURLToPath(import.meta.url)], {
      env,
      encoding: "utf8",
    });
    table[name] = JSON.parse(output);
  }
  rmSync(copies, { recursive: true });
  return table;
}

/** @param {Record<string, Figures>} table */
function render(table) {
  const stock = table.stock?.pages ?? 0;
  const rows = Object.entries(table).map(([name, { pages, bytes }]) => {
    const mib = (/** @type {number} */ value) => (value / 2 ** 20).toFixed(1);
    return `| ${name} | ${mib(bytes)} | ${pages} | ${mib(pages * PAGE)} | ${((100 * pages) / stock).toFixed(1)} % |\n`;
  });
  return `| runtime | MiB of memory | pages written to | MiB of them | of stock's |\n| --- | --- | --- | --- | --- |\n${rows.join("")}`;
}

const job = process.env[CHILD];
if (job !== undefined) {
  process.stdout.write(JSON.stringify(await measure(JSON.parse(job))));
} else {
  const command = new Command("npm run bench -- dirty-pages")
    .description("Counts the pages that a pass over a frozen heap writes to, although it only reads.")
    .option(
      "--objects <n>",
      "instances in the heap, of about 300 bytes with all that is theirs",
      positive,
      350_000,
    )
    .addHelpText(
      "after",
      "\nExamples:\n  npm run bench -- dirty-pages\n  npm run bench -- dirty-pages --objects 1000",
    )
    .parse();
  const { objects } = command.opts();
  process.stdout.write(`${machineLine(describeMachine())}\n\n${render(await compare(objects))}`);
}
