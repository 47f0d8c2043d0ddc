/**
 * The part of Pyodide's Emscripten module that the bridge uses. All of it has names of Pyodide's own, so it is looked
 * at before use: `bridgeModule` says what is missing.
 */
import type { PyodideLike } from "../api.js";

/** What the finalization registry is told beside the target: one reference to the object at `ptr`. */
export interface HeldValue {
  readonly ptr: number;
  /** What attributes were read before; the bridge makes no use of it. */
  readonly cache: unknown;
}

/** As Pyodide's glue uses it: always by way of the module, and never with a missing token. */
export interface ProxyRegistry {
  register(target: object, held: HeldValue | readonly [number, undefined], token: object): void;
  unregister(token: object): unknown;
}

/** Calls a Python object that `create_once_callable` wrapped. */
export type CallObject = (object: number, args: unknown[]) => unknown;

/** The table of JavaScript objects that JsProxies hold. */
export interface HiwireFunctions {
  __hiwire_get(slot: number): unknown;
  __hiwire_set(slot: number, value: unknown): void;
  __hiwire_slot_info(slot: number): number;
  __hiwire_immortal_get(slot: number): unknown;
  _hiwire_num_refs(): number;
}

export interface BridgeModule extends HiwireFunctions {
  finalizationRegistry: ProxyRegistry;
  callPyObject: CallObject;
  callPyObjectMaybePromising: CallObject;
  /** Lets go of the bound method that was called last. */
  _clear_method_call_singleton(): void;
}

const FUNCTIONS = [
  "__hiwire_get",
  "__hiwire_set",
  "__hiwire_slot_info",
  "__hiwire_immortal_get",
  "_hiwire_num_refs",
  "_clear_method_call_singleton",
  "callPyObject",
  "callPyObjectMaybePromising",
] as const;

/** The module of a loaded Pyodide, or why there can be no bridge. */
export function bridgeModule({ _module }: PyodideLike): BridgeModule | string {
  if (typeof FinalizationRegistry !== "function" || typeof WeakRef !== "function")
    return "this host has no FinalizationRegistry or no WeakRef";
  const module = _module as Partial<BridgeModule> | undefined;
  const missing = FUNCTIONS.filter((name) => typeof module?.[name] !== "function");
  if (missing.length > 0) return `this Pyodide has no ${missing.join(", ")}`;
  if (typeof module?.finalizationRegistry?.register !== "function")
    return "this Pyodide has no registry of proxies";
  return module as BridgeModule;
}
