/** What the tests of the bridge have in common: a Pyodide with Moult, and cycles through both heaps to put into it. */
import type { PyodideAPI } from "pyodide";
import type { BridgeCollection, Moult, MoultOptions } from "../../src/api.js";
import { attach } from "../../src/attach.js";
import type { Attachment } from "../../src/attachment.js";
import { Bridge, type BridgeOptions } from "../../src/bridge/bridge.js";
import { openMachine } from "../../src/cpython/machine.js";
import { compileKernel } from "../../src/kernel/kernel.js";
import { engineCollector } from "../../src/platform/engine-collector.js";
import { LINES, type Line, loadLine, python } from "../support/runtimes.js";

export type Driver = "synchronous" | "engine";
export const DRIVERS: readonly Driver[] = ["synchronous", "engine"];
export { LINES };

/** A leaf without a way to JavaScript, whose finalizer tells that its owner is gone. */
export const PRELUDE = `
  import asyncio, gc, sys, weakref
  import js
  from pyodide.ffi import create_once_callable, create_proxy, to_js
  died = []
  class Leaf:
      def __init__(self, name): self.name = name
      def __del__(self): died.append(self.name)
  class Component:
      def __init__(self, name): self.leaf = Leaf(name)
      def on_event(self, event): pass
  def call(function):
      function()
`;

/** A Pyodide with a bridge beside CPython's own collector, without anything else of Moult's. */
export async function bareBridge(
  options: Partial<BridgeOptions>,
  kernel?: WebAssembly.Module,
): Promise<{ pyodide: PyodideAPI; bridge: Bridge }> {
  const pyodide = await loadLine("314");
  const host = {
    collect: () => void pyodide.runPython("import gc; gc.collect()"),
    warn: () => {},
    report: () => {},
  };
  const all = { automatic: false, permissive: false, ...options };
  const machine = openMachine(pyodide, kernel ?? (await compileKernel()));
  return { pyodide, bridge: Bridge.create(machine, host, all)! };
}

/** One Pyodide with a bridge. */
export interface Bridged {
  readonly pyodide: PyodideAPI;
  readonly moult: Moult;
  /** Runs Python code in one namespace; `js.helpers` are at hand. */
  run(code: string): unknown;
  /** True when the owner of the leaf of this name is gone. */
  died(name: string): boolean;
}

/** What JavaScript does in the tests. */
export const helpers = {
  box: (): { held: unknown[] } => ({ held: [] }),
  target: (): EventTarget => new EventTarget(),
  closure: (proxy: unknown): (() => unknown) => Object.assign(() => proxy, { proxy }),
  throws: (proxy: unknown): never => {
    throw Object.assign(new Error("thrown by a test"), { proxy });
  },
  copy: (proxy: { copy(): unknown }): unknown => proxy.copy(),
  reference: (object: object): WeakRef<object> => new WeakRef(object),
  /** Reads an attribute, so that the PyProxy caches it. */
  touch: (proxy: Record<string, unknown>): unknown => proxy.data,
};

export async function open(line: Line, options: MoultOptions = {}): Promise<Bridged> {
  const pyodide = await loadLine(line);
  const moult = await attach(pyodide, { bridge: "off", ...options });
  return bridged(pyodide, moult);
}

export function bridged(pyodide: PyodideAPI, moult: Moult): Bridged {
  pyodide.globals.set("helpers", helpers);
  pyodide.runPython(python(PRELUDE));
  return {
    pyodide,
    moult,
    run: (code) => pyodide.runPython(python(code)),
    died: (name) => pyodide.runPython(`${JSON.stringify(name)} in died`) as boolean,
  };
}

/** A turn of the event loop: the engine lets go of what WeakRefs held, and finalization callbacks run. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A pass of either driver; `engine` is the one with a read barrier, and the engine collects until it is over. */
export async function pass({ moult }: Bridged, driver: Driver): Promise<BridgeCollection> {
  if (driver === "synchronous") return moult.collectBridges();
  const result = await engineCollectsUntil((moult as Attachment).bridge!.collect(undefined));
  await engineCollects();
  moult.collect();
  return result;
}

/** Turns of the event loop until the pass that was asked for has made slots weak. */
export async function slotsAreWeak({ moult }: Bridged): Promise<void> {
  while (moult.bridgeStats()!.weak === 0) await turn();
}

/** The engine collects until a pass of its driver is over: what that takes is the engine's to say. */
export async function engineCollectsUntil<T>(pass: Promise<T>): Promise<T> {
  let over = false;
  const end = () => {
    over = true;
  };
  pass.then(end, end);
  while (!over) await engineCollects();
  return pass;
}

/** The engine's own full collection. */
export async function engineCollects(): Promise<void> {
  const gc = await engineCollector();
  await turn();
  gc?.();
  await turn();
  await turn();
}

/** Waits until a condition holds, with collections of the engine meanwhile; false when it never does. */
export async function eventually(condition: () => boolean, tries = 40): Promise<boolean> {
  for (let i = 0; i < tries && !condition(); i++) {
    await engineCollects();
    // Longer and longer: on a busy machine a pause of a few milliseconds is no idle time.
    await new Promise((resolve) => setTimeout(resolve, Math.min(5 + i, 100)));
  }
  return condition();
}
