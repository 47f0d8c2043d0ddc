/**
 * What people read about options: `--help` and docs/options.md. Apart from the table, because a program that attaches in a
 * browser should not have to load it.
 */
import type { OptionName } from "./all.js";

/** The texts of one option. */
export interface OptionText {
  /** The argument in `--help`, e.g. "<level>"; undefined for a switch that takes none. */
  readonly argument?: string;
  /** Its TypeScript type, where neither its choices nor its default tell. */
  readonly type?: string;
  /** One line, for `--help`. */
  readonly summary: string;
  /** A paragraph, for the documentation. */
  readonly details: string;
}

/** The texts of every option. */
export const OPTION_TEXTS: Readonly<Record<OptionName, OptionText>> = {
  plan: {
    argument: "<name>",
    summary: "the collection algorithm",
    details:
      "`incremental` collects old objects in slices between young collections, so that pauses stay short however large " +
      "the heap is, and by bytes as well as by numbers of objects, so that memory stays bounded. `generational` behaves as " +
      "CPython 3.13 (young, middle and old objects; a full collection when the heap has grown by a quarter): somewhat " +
      "more work done in the same time, with pauses that grow with the heap. `builtin` leaves CPython's own " +
      "collector in place and only reports on it: for comparison.",
  },
  pauseGoal: {
    argument: "<ms>",
    summary: "milliseconds that a slice of the incremental plan should take at most",
    details:
      "The plan `incremental` works on old objects in slices of at most about this long, at the end of young " +
      "collections. A smaller number makes shorter pauses and more of them. What cannot be cut comes on top: the " +
      "young collection itself, and the proof that what was found unreachable is dead. Other plans ignore it.",
  },
  stress: {
    summary: "make as many slices as possible, to find bugs",
    details:
      "With the plan `incremental` a cycle over the old objects is then always under way, in slices of random " +
      "length that do next to nothing. Slow, and of use only beside `verify`. Other plans ignore it.",
  },
  allocator: {
    argument: "<name>",
    summary: "where CPython gets its memory from",
    details:
      "`pool` is Moult's allocator for objects and parts of them of up to 512 bytes; larger ones stay with C's malloc. It " +
      "is faster, and it counts bytes: with it the plan `incremental` collects by bytes as well as by numbers of objects. " +
      "`system` leaves all to malloc. With the plan `builtin`, with a `memoryLimit`, and where something else than tracemalloc " +
      "stands before malloc (such as `PYTHONMALLOC=debug`), there is no pool.",
  },
  freezeAfterImports: {
    summary: "freeze what the imports made, once they are over",
    details:
      "Once, at the first automatic collection that finds no import under way and as many modules in `sys.modules` as " +
      "the one before it did: everything is collected, and what is alive then is frozen, as by `gc.freeze()`. No later " +
      "collection looks at it; see [frozen heaps](frozen-heaps.md). What the program has made besides is frozen too, and " +
      "if it is part of a cycle when it dies, it stays until `gc.unfreeze()`. The plan `builtin` ignores it.",
  },
  memoryLimit: {
    argument: "<size>",
    type: "number | string",
    summary: "the largest size that Python's memory may grow to",
    details:
      'A number of bytes, or a text like `"256MiB"` (units: B, kB, MB, GB, KiB, MiB, GiB). Beyond it an allocation ' +
      "fails with a `MemoryError`, whoever asked for it: Python code, a C extension or JavaScript. Moult collects harder near " +
      "it, and keeps a reserve from which error handlers can run; see [the memory limit](memory-limit.md). It can't " +
      "be below what memory measures at attach, which never shrinks.",
  },
  bridge: {
    argument: "<mode>",
    summary: "collect cycles that run through JavaScript and Python",
    details:
      "`auto` looks for them in idle time, as PyProxies are made; see [the bridge](bridge.md). `off` does so only when " +
      "`moult.collectBridges()` is called.",
  },
  bridgeFinalizers: {
    argument: "<rule>",
    summary: "what finalizers may find of a cycle through JavaScript",
    details:
      "`sound`: what a finalizer that has not run could use stays alive, and with it the cycle; a warning names the class. " +
      "`permissive`: such cycles are collected too, and a finalizer that uses a JavaScript object of theirs gets a " +
      "`JsException` with a ReferenceError.",
  },
  verify: {
    argument: "<level>",
    summary: "how much the collector checks itself",
    details:
      "0: nothing. 1: a second, naive collector computes each full collection again and both must agree. " +
      "2: the same for every collection. 3: shadow: CPython's own pass disposes of what Moult found, and " +
      "both must have found the same. A difference stops the collection with a `VerifyError` that shows " +
      "the object and what refers to it. Each level is slower than the one before; above 0 is for hunting " +
      "a bug. With the plan `builtin` there is nothing to check.",
  },
  performanceEntries: {
    summary: "collections as entries of `performance`",
    details:
      "Each collection is a `performance.measure` entry, such as `moult: young collection`: the Performance panel of Chrome " +
      "shows them on a track of their own, a `PerformanceObserver` gets them; see [the timeline](timeline.md). At most " +
      "1,000 stay in the buffer that `performance.getEntries()` reads.",
  },
  sealed: {
    summary: "Python code may read the options but not change them, nor detach",
    details:
      "For hosts that run code they don't trust: the `moult` module then refuses with a `PermissionError`. " +
      "It protects Moult's options only; what else Python code may reach (`js`, `pyodide_js`) is for the " +
      "host to close.",
  },
  tools: {
    argument: "<mode>",
    type: '"auto" | "off" | HeapToolsModule',
    summary: "have the heap tools at hand",
    details:
      "`auto` loads the [heap tools](heap-tools.md) beside the kernel: snapshots, paths, growth. They cost nothing until they " +
      "are used. `off` leaves them out. `attachSync` can load nothing: give it what `await loadHeapTools()` of " +
      "`moult/heap` returned.",
  },
  kernel: {
    type: "WebAssembly.Module",
    summary: "a compiled kernel",
    details:
      "For hosts that forbid compiling WebAssembly at run time (a strict content security policy, some edge " +
      "platforms): compile `moult/kernel.wasm` ahead of time and pass the module. Default: the kernel that " +
      "comes inside the library.",
  },
  runtime: {
    argument: "<name>",
    summary: "the CPython that runs the program: stock, or without reference counting",
    details:
      "`stock` is the CPython of the package as it is. `traced` is an experiment: the same, rewritten so that shared objects are " +
      "found by tracing and not counted; see [the traced runtime](traced.md). It is built when it is first used. Where it can't " +
      "be, a message says why, and the stock one runs the program. Options of the collector other than `memoryLimit` and " +
      "`performanceEntries` have no effect on it.",
  },
  trace: {
    summary: "print one line for each collection on stderr",
    details: "The format is described in [events](events.md#the-trace-line).",
  },
  report: {
    summary: "print a summary of the collector's work on stderr at the end",
    details: "What it says is described in [events](events.md#the-report).",
  },
  json: {
    argument: "<file>",
    summary: "write the summary to a file as JSON",
    details: "Its fields are described in [events](events.md#the-report-as-json).",
  },
  traceEvents: {
    argument: "<file>",
    summary: "write a timeline of all pauses to a file, for Perfetto",
    details:
      "Chrome's trace events, written while the program runs; the file can be opened at any time, also when the program is " +
      "killed. See [the timeline](timeline.md#in-perfetto).",
  },
  reportHtml: {
    argument: "<file>",
    summary: "write a page about the run to a file: pauses, memory, objects",
    details: "One HTML file that needs nothing else, written at the end; see [the report page](report.md).",
  },
  metrics: {
    argument: "<file>",
    summary: "write metrics to a file at the end, as Prometheus' text",
    details:
      "As the textfile collector of Prometheus' node exporter reads them, where a program is a job that ends; see " +
      "[metrics](timeline.md#metrics-for-prometheus).",
  },
  snapshotOnExit: {
    argument: "<file>",
    summary: "write a snapshot of the heap to a file at the end",
    details:
      "A `.heapsnapshot` of what is alive when the program has ended, before CPython dismantles itself; see " +
      "[heap tools](heap-tools.md). It holds the program's data.",
  },
  snapshotOnOutOfMemory: {
    argument: "<file>",
    summary: "write a snapshot of the heap to a file when memory is exhausted",
    details:
      "A `.heapsnapshot` of the heap when an allocation has failed at the `memoryLimit`, which must be set; a later one replaces " +
      "it. A thirty-second of the limit is put aside for it. In JavaScript: `moult.heap.snapshotOnOutOfMemory()`.",
  },
};
