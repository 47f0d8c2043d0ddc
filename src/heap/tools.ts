/** The heap tools of an attached collector. They are opened when they are used first: attaching costs no more for them. */
import { allocationSites } from "../cpython/allocation-sites.js";
import type { Machine } from "../cpython/machine.js";
import { MoultError } from "../errors.js";
import type { BoundHeapTools, HeapTools, HeapToolsHost, HeapToolsModule, OpenFile } from "./api.js";
import { HeapCapture, type Scratch } from "./capture.js";
import { writeSnapshot } from "./file/write.js";
import type { HeapGraph } from "./graph.js";
import { compileHeapKernel } from "./kernel.js";
import { createHeapDoor } from "./python/door.js";

/** Opened once for each CPython: its function table keeps what is put there. */
const opened = new WeakMap<Machine, HeapCapture>();

/** The heap tools around a compiled heap kernel (`moult/heap-kernel.wasm`). */
export function heapToolsWith(kernel: WebAssembly.Module): HeapToolsModule {
  return { bind: (host) => new Tools(host, kernel) };
}

let compiled: Promise<HeapToolsModule> | undefined;

/** The heap tools, with the heap kernel that comes inside the library. */
export function loadHeapTools(): Promise<HeapToolsModule> {
  compiled ??= compileHeapKernel()
    .then(heapToolsWith)
    .catch((error: unknown) => {
      compiled = undefined;
      throw error;
    });
  return compiled;
}

/** Answers identity. */
type Identify = ((object: unknown) => number) & { destroy(): void };

class Tools implements BoundHeapTools {
  readonly #host: HeapToolsHost;
  readonly #kernel: WebAssembly.Module;
  readonly tools: HeapTools;
  readonly door: object;
  #kept: Scratch | undefined;
  #end: () => void = () => {};
  #released = false;

  constructor(host: HeapToolsHost, kernel: WebAssembly.Module) {
    this.#host = host;
    this.#kernel = kernel;
    this.tools = Object.freeze({
      capture: () => this.#capture(),
      idOf: (object: object) => this.#idOf(object),
      snapshotOnOutOfMemory: (open: () => OpenFile) => this.#snapshotOnOutOfMemory(open),
    });
    this.door = createHeapDoor({
      capture: () => this.#capture(),
      referrers: (object, into, but) => {
        this.#host.beforeLooking();
        return this.#opened().referrers(object, into, but);
      },
    });
  }

  release(): void {
    this.#end();
    this.#released = true;
  }

  #opened(): HeapCapture {
    const { machine } = this.#host;
    if (this.#released) throw new MoultError("detached", "this Moult is detached; attach again to use it");
    let capture = opened.get(machine);
    if (capture === undefined) {
      capture = new HeapCapture(machine, this.#kernel);
      opened.set(machine, capture);
    }
    return capture;
  }

  #capture(): HeapGraph {
    const capture = this.#opened();
    this.#host.beforeLooking();
    const graph = capture.capture();
    const sites = allocationSites(this.#host.machine, graph);
    return sites === undefined ? graph : { ...graph, ...sites };
  }

  #idOf(object: object): number {
    const identify = this.#host.machine.runtime.pyodide.runPython("id") as Identify;
    try {
      return Number(identify(object));
    } finally {
      identify.destroy();
    }
  }

  #snapshotOnOutOfMemory(open: () => OpenFile): () => void {
    const limit = this.#host.limit();
    if (limit === undefined) {
      const message = "a snapshot when memory is exhausted needs a memory limit: attach with a memoryLimit";
      throw new MoultError("bad-option", message);
    }
    this.#end();
    const capture = this.#opened();
    const { runtime } = this.#host.machine;
    const bytes = capture.scratchBytesFor(limit);
    const kept = { address: runtime.allocate(bytes), bytes };
    this.#kept = kept;
    const unsubscribe = this.#host.onRefusal(() => this.#write(capture, open));
    this.#end = () => {
      unsubscribe();
      if (this.#kept === kept) {
        this.#kept = undefined;
        runtime.free(kept.address);
      }
    };
    return this.#end;
  }

  /** Nothing of Python's may be asked for here: there is no memory. */
  #write(capture: HeapCapture, open: () => OpenFile): void {
    try {
      const graph = capture.capture(this.#kept);
      const file = open();
      try {
        writeSnapshot(graph, file.write);
      } finally {
        file.close();
      }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#host.warn("snapshot-failed", `no snapshot could be written when memory was exhausted: ${why}`);
    }
  }
}
