/**
 * Where the heap borders on JavaScript's: PyProxies hold Python objects, JsProxies hold slots of hiwire. What JavaScript
 * objects refer to among themselves is not known: each PyProxy counts as a root, and a JavaScript object leads nowhere.
 */

import type { PyodideLike } from "../api.js";
import { Hiwire } from "../bridge/hiwire.js";
import { knownLedger } from "../bridge/ledger.js";
import { bridgeModule } from "../bridge/pyodide-module.js";
import { probeJsProxies } from "../cpython/js-proxies.js";
import type { Machine } from "../cpython/machine.js";
import type { Group } from "./builder.js";
import { NodeType } from "./graph.js";

/** Both sides of the border, as they are now. */
export interface Border {
  /** A node for each PyProxy, as far as they are in the ledger. */
  readonly proxies: readonly Group[];
  /** A node for each JavaScript object that Python holds. */
  readonly objects: readonly Group[];
  /** The number of the node of a slot among those; undefined for none. */
  nodeOfSlot(slot: number): number | undefined;
}

/** Tells the kernel what a JsProxy is, if that is to be known here; nothing is one otherwise. Python code runs. */
export function learnJsProxies(machine: Machine): void {
  const module = bridgeModule(machine.runtime.pyodide);
  if (typeof module === "string") return;
  const hiwire = new Hiwire(module);
  const rows = probeJsProxies(machine, (slot) => hiwire.get(slot));
  if (rows.some(({ ok }) => !ok)) machine.kernel.setJsProxyBase(0);
}

/** Reads both tables; empty ones where this Pyodide has no such tables. */
export function readBorder(pyodide: PyodideLike): Border {
  const module = bridgeModule(pyodide);
  if (typeof module === "string") return { proxies: [], objects: [], nodeOfSlot: () => undefined };
  const entries = knownLedger(module)?.entries() ?? [];
  const proxies = entries.map(({ object }, i) => ({
    name: "PyProxy",
    type: NodeType.native,
    id: 4 * i + 0x8000_0001,
    objects: [{ name: "object", object }],
  }));
  const objects: Group[] = [];
  const nodes = new Map<number, number>();
  new Hiwire(module).forEach((value, slot) => {
    nodes.set(slot, objects.length);
    objects.push({ name: javaScriptName(value), type: NodeType.native, id: 4 * slot + 3, objects: [] });
  });
  return { proxies, objects, nodeOfSlot: (slot) => nodes.get(slot) };
}

/** The name of the constructor, or of a function itself; nothing of the program is called but what a property may be. */
function javaScriptName(value: unknown): string {
  if (typeof value === "function") return `JavaScript function ${nameOf(value)}`;
  if (typeof value !== "object" || value === null) return `JavaScript ${typeof value}`;
  return `JavaScript ${constructorName(value)}`;
}

/** Own data properties only: a getter or a Proxy of the program's is not to run. */
function nameOf(callable: object): string {
  const name: unknown = dataProperty(callable, "name");
  return typeof name === "string" && name !== "" ? name : "(anonymous)";
}

function constructorName(object: object): string {
  try {
    const prototype: unknown = Object.getPrototypeOf(object);
    if (typeof prototype !== "object" || prototype === null) return "Object";
    const maker = dataProperty(prototype, "constructor");
    return typeof maker === "function" ? nameOf(maker) : "Object";
  } catch {
    return "Object"; // A Proxy that refuses to tell.
  }
}

function dataProperty(object: object, name: string): unknown {
  try {
    return Object.getOwnPropertyDescriptor(object, name)?.value;
  } catch {
    return undefined;
  }
}
