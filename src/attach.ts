/** Attaching: the door through which users come. */
import { compileKernel } from "./kernel/kernel.js";

// The kernel comes first, and so it stands at the beginning of what a bundler makes of this: with its base64 there a compressed
// bundle is 2 % smaller. gzip has one code for some 16,000 characters, and base64 and a program want different ones.

import type { BridgeCollection, Moult, MoultOptions, PyodideLike } from "./api.js";
import { Attachment } from "./attachment.js";
import { Bridge } from "./bridge/bridge.js";
import { withEarlyPool } from "./cpython/early.js";
import type { Layout } from "./cpython/layouts/layout.js";
import { type Machine, openMachine } from "./cpython/machine.js";
import { MoultError, OptionError } from "./errors.js";
import { Pool } from "./memory/pool.js";
import { bytesOf, type ResolvedOptions, resolveOptions } from "./options.js";
import { createPlan } from "./plans/index.js";
import type { Plan } from "./plans/plan.js";
import { createBackend } from "./python/backend.js";
import { installPythonModule } from "./python/install.js";
import { VERSION } from "./version.js";

/** Machines stay open after detach: attaching again needs no probing, and takes no further memory. */
const machines = new WeakMap<object, { machine: Machine; kernel: WebAssembly.Module; attached: boolean }>();

let compiled: Promise<WebAssembly.Module> | undefined;

/**
 * Puts Moult in the place of CPython's collector in a loaded Pyodide.
 *
 * Throws MoultError: "not-pyodide", "already-attached", "bad-option", "several-interpreters", "kernel-invalid",
 * and UnsupportedRuntimeError for a CPython that is unknown or contradicts its layout. Nothing is changed then.
 */
export async function attach(pyodide: PyodideLike, options: MoultOptions = {}): Promise<Moult> {
  return attachPlan(pyodide, options, createPlan);
}

/** Makes the plan that the options ask for; `warn` tells users of something, once there can be any. */
export type PlanMaker = (
  machine: Machine,
  pool: Pool,
  options: ResolvedOptions,
  warn: (code: string, message: string) => void,
) => Plan;

/** The same with a plan that no option names, and perhaps on a CPython that only it knows. */
export async function attachPlan(
  pyodide: PyodideLike,
  options: MoultOptions,
  makePlan: PlanMaker,
  layouts?: readonly Layout[],
): Promise<Moult> {
  resolveOptions(options); // What is no object is refused as it is.
  const [kernel, tools] = await Promise.all([options.kernel ?? compiledKernel(), loadedTools(options.tools)]);
  return attachNow(pyodide, kernel, tools === undefined ? options : { ...options, tools }, makePlan, layouts);
}

/** The heap tools are a module of their own, so that who doesn't want them need not have them. */
async function loadedTools(tools: MoultOptions["tools"] = "auto"): Promise<MoultOptions["tools"]> {
  if (tools !== "auto") return tools;
  const { loadHeapTools } = await import("./heap/tools.js");
  return loadHeapTools();
}

/**
 * Loads a Pyodide and attaches. Where the pool is wanted it is in its place before the interpreter starts, if it can be.
 *
 * @param options as for `attach`, which has the errors as well
 * @param early whether anything of Moult's may be in a Pyodide that is not loaded yet
 */
export async function loadAndAttach<P extends PyodideLike>(
  load: () => Promise<P>,
  options: MoultOptions,
  early: boolean,
): Promise<[P, Moult]> {
  const kernel = options.kernel ?? (await compiledKernel());
  const isEarly = early && usesPool(resolveOptions(options));
  const pyodide = await (isEarly ? withEarlyPool(kernel, load) : load());
  return [pyodide, await attach(pyodide, { ...options, kernel })];
}

/** Compiled once for all; what fails is tried again the next time. */
function compiledKernel(): Promise<WebAssembly.Module> {
  compiled ??= compileKernel().catch((error) => {
    compiled = undefined;
    throw error;
  });
  return compiled;
}

/**
 * True where CPython is to allocate from the pool. Near a memory limit its arenas are too coarse: what small blocks need may
 * be left only in smaller pieces.
 */
function usesPool({ allocator, plan, memoryLimit }: ResolvedOptions): boolean {
  return allocator === "pool" && plan !== "builtin" && memoryLimit === undefined;
}

/**
 * The same with a kernel that is compiled already (`moult/kernel.wasm`): for hosts that forbid compiling at run
 * time, and for attaching while Python code is on the stack.
 */
export function attachSync(
  pyodide: PyodideLike,
  kernel: WebAssembly.Module,
  options: MoultOptions = {},
): Moult {
  return attachNow(pyodide, kernel, options, createPlan);
}

function attachNow(
  pyodide: PyodideLike,
  kernel: WebAssembly.Module,
  options: MoultOptions,
  makePlan: PlanMaker,
  layouts?: readonly Layout[],
): Moult {
  const started = performance.now();
  const resolved = resolveOptions(options);
  const { tools } = resolved;
  const key = pyodide?._module;
  const known = typeof key === "object" && key !== null ? machines.get(key) : undefined;
  if (known?.attached) {
    throw new MoultError("already-attached", "Moult is attached to this Pyodide already; detach it first");
  }
  const machine = known?.kernel === kernel ? known.machine : openMachine(pyodide, kernel, [], layouts);
  const entry = { machine, kernel, attached: true };
  const pool = new Pool(machine);
  if (usesPool(resolved)) pool.open();
  const warn = (code: string, message: string) => attachment.warn(code, message);
  const plan = makePlan(machine, pool, resolved, warn);
  const attachment = new Attachment(machine, plan, pool, resolved.freezeAfterImports);
  if (resolved.performanceEntries) attachment.makePerformanceEntries();
  machines.set(key as object, entry);
  const bridgeHost = {
    collect: () => attachment.collectBuried(),
    warn,
    report: (collection: BridgeCollection) => attachment.reportBridge(collection),
  };
  attachment.bridge = Bridge.create(machine, bridgeHost, {
    automatic: resolved.bridge === "auto",
    permissive: resolved.bridgeFinalizers === "permissive",
  });
  let memoryLimit = resolved.memoryLimit;
  const limitMemory = (size: number | string) => {
    if (pool.isOpen) {
      throw new OptionError(
        'option "memoryLimit" can\'t be set while the pool allocates: attach with a memoryLimit, or with allocator: "system"',
      );
    }
    attachment.memoryLimit = bytesOf(size)!; // Checked by its kind.
    memoryLimit = size;
    if (!machine.layout.survivesMemoryErrors) {
      attachment.warn(
        "memory-errors",
        `CPython ${machine.version} has a fault of its own: it may crash after a MemoryError, and so at the memory limit`,
      );
    }
  };
  const backend = createBackend({
    moult: attachment,
    version: VERSION,
    options: () => ({
      ...resolved,
      memoryLimit,
      verify: plan.verify,
      tools: typeof tools === "string" ? "off" : "auto",
    }),
    hasHeap: typeof tools !== "string",
    heap: () => attachment.heapDoor,
    setters: {
      memoryLimit: limitMemory,
      verify: (level) => {
        plan.verify = level;
      },
    },
  });
  if (!machine.isKnown) {
    const { version, layout } = machine;
    attachment.warn(
      "unknown-version",
      `Moult was not tested with CPython ${version}. Every probe agrees with the layout "${layout.name}" ` +
        `(${layout.describes}), so that is used. Please report what \`moult doctor\` prints`,
    );
  }
  if (typeof tools !== "string") attachment.useHeapTools(tools);
  let removeModule = () => {};
  attachment.onDetached = () => {
    entry.attached = false;
    removeModule();
  };
  attachment.onRemoved = () => {
    machines.delete(key as object);
  };
  try {
    removeModule = installPythonModule(pyodide, backend);
    if (resolved.memoryLimit !== undefined) limitMemory(resolved.memoryLimit);
  } catch (error) {
    attachment.detach();
    throw error;
  }
  attachment.attachMs = performance.now() - started;
  return attachment;
}
