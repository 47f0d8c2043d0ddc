/**
 * Where a JsProxy keeps what it holds, checked on live ones: every word that a bridge pass reads is compared with the
 * JavaScript object that must be behind it. The box drawing is in kernel/layout/js-proxy.ts.
 */

import type { Machine } from "./machine.js";
import { compare, condition, type ProbeRow } from "./probe.js";
import { Python } from "./python.js";

const OB_TYPE = 4;
const TP_BASE = 128;
const TP_DICTOFFSET = 144;
const DICT = 8;
const SIGNATURE = 40;

/** A dict of Python's. */
interface Namespace {
  set(name: string, value: unknown): void;
  destroy(): void;
}

/**
 * Tells the kernel what a JsProxy is, and checks it.
 *
 * @param valueIn the JavaScript object in a slot of hiwire
 */
export function probeJsProxies(machine: Machine, valueIn: (slot: number) => unknown): ProbeRow[] {
  const { runtime, kernel } = machine;
  const python = new Python(machine);
  const plain = {};
  const owner = { method() {} };
  const error = new Error("a probe of Moult's");
  const namespace = runtime.pyodide.runPython("{}") as Namespace;
  for (const [name, value] of Object.entries({ plain, owner, error })) namespace.set(name, value);
  try {
    const addresses = runtime.evaluateIntegers(
      "method = owner.method\n[id(plain), id(method), id(error), id(namespace := {})]",
      namespace,
    );
    const [object = 0, method = 0, exception = 0, dict = 0] = addresses;
    const base = (address: number) => runtime.load(runtime.load(address + OB_TYPE) + TP_BASE);
    kernel.setJsProxyBase(base(object));
    const value = (name: string, slot: number, expected: object) =>
      condition(name, slot !== 0 && valueIn(slot) === expected, "the JavaScript object", `slot ${slot}`);
    return [
      compare("JsProxy: base of a method", base(object), base(method)),
      compare("JsProxy: base of an exception", base(object), base(exception)),
      condition("JsProxy: its base is its own", base(object) !== base(dict), "JsProxy", "object"),
      compare("JsProxy: __dict__", DICT, runtime.load(runtime.load(object + OB_TYPE) + TP_DICTOFFSET)),
      value("JsProxy: js", kernel.jsProxySlot(object), plain),
      value("JsProxy: js of a method", kernel.jsProxySlot(method), owner.method),
      value("JsProxy: this of a method", kernel.jsProxyThisSlot(method), owner),
      compare("JsProxy: no this where there is none", 0, kernel.jsProxyThisSlot(object)),
      value("JsException: js", kernel.jsProxySlot(exception), error),
      compare("JsException: no this", 0, kernel.jsProxyThisSlot(exception)),
      ...[object, method, exception].map((address) =>
        compare("JsProxy: no signature", 0, runtime.load(address + SIGNATURE)),
      ),
    ];
  } finally {
    namespace.destroy();
    python.call("PyErr_Clear");
  }
}
