/** The bridge as part of Moult: warnings, options, looking while slots are weak, detaching and attaching again. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { attach } from "../../src/attach.js";
import type { Attachment } from "../../src/attachment.js";
import type { WarningEvent } from "../../src/events/events.js";
import { loadLine } from "../support/runtimes.js";
import {
  bridged,
  engineCollects,
  engineCollectsUntil,
  eventually,
  LINES,
  open,
  pass,
  slotsAreWeak,
  turn,
} from "./support.js";

const CYCLE = (name: string) => `
  def make():
      a = Component("${name}")
      a.f = helpers.closure(create_proxy(a))
      a.f.tag = "${name}"
      return a
`;

/** A class whose finalizer uses JavaScript. */
const FINALIZER = `
  class User:
      def __init__(self): self.f = helpers.closure(create_proxy(self)); self.f.tag = "there"
      def __del__(self):
          try: died.append(str(self.f.tag))
          except BaseException as error: died.append(type(error).__name__)
  User(); None
  gc.collect()
`;

describe.each(LINES)("on pyodide %s", (line) => {
  test("a cycle that a finalizer could use is kept, and its class named once", async () => {
    const bridge = await open(line);
    const warnings: WarningEvent[] = [];
    bridge.moult.on("warning", (event) => warnings.push(event));
    bridge.run(FINALIZER);
    for (let i = 0; i < 2; i++) {
      const { held } = await bridge.moult.collectBridges();
      expect(held).toEqual([{ type: "User", proxies: 1 }]);
    }
    expect(bridge.run("died")?.toString()).toBe("[]");
    expect(warnings.map(({ code }) => code)).toEqual(["bridge-finalizer"]);
    expect(warnings[0]!.message).toContain('class "User"');
    expect(bridge.moult.bridgeStats()!.held).toEqual([{ type: "User", proxies: 1 }]);
  });

  test("a kernel that forgets finalizers would be found out by that", async () => {
    const kernel = await WebAssembly.compile(readFileSync("build/sabotage/bridge-forgets-finalizer.wasm"));
    const bridge = await open(line, { kernel });
    bridge.run(FINALIZER);
    const { held } = await bridge.moult.collectBridges();
    expect(held).toEqual([]);
    expect(bridge.run("str(died)")).toBe("['JsException']");
  });

  test("with permissive finalizers it is collected, and the finalizer is told", async () => {
    const bridge = await open(line, { bridgeFinalizers: "permissive" });
    bridge.run(FINALIZER);
    const { held, proxies } = await bridge.moult.collectBridges();
    expect({ held, proxies }).toEqual({ held: [], proxies: 1 });
    expect(bridge.run("str(died)")).toBe("['JsException']");
  });

  test("gc.get_objects() and its like show whole objects while slots are weak", async () => {
    const bridge = await open(line);
    for (const objects of ["gc.get_objects()", "gc.get_referrers(Component)"]) {
      bridge.run(`${CYCLE("looked at")}\n  make(); None`);
      const weak = (bridge.moult as Attachment).bridge!.collect(undefined);
      await slotsAreWeak(bridge);
      bridge.run(`found = [o for o in ${objects} if type(o) is Component][0]`);
      await engineCollects();
      expect(bridge.run("found.f.tag")).toBe("looked at");
      bridge.run("del found");
      await engineCollectsUntil(weak);
      await pass(bridge, "synchronous");
    }
  });

  test("wrapping a JavaScript object whose slot is weak gives one that works", async () => {
    const bridge = await open(line);
    bridge.run(`
      def make():
          a = Component("wrapped")
          a.box = helpers.box()
          a.box.proxy = create_proxy(a)
          return a.box
    `);
    const box = bridge.run("make()") as { held: unknown; proxy: unknown };
    bridge.run("gc.collect()");
    const weak = (bridge.moult as Attachment).bridge!.collect(undefined);
    await slotsAreWeak(bridge);
    bridge.pyodide.globals.set("again", box);
    await engineCollectsUntil(weak);
    expect(bridge.run("again.proxy.unwrap().box.js_id == again.js_id")).toBe(true);
  });

  test("detaching while slots are weak leaves whole objects, and attaching again goes on", async () => {
    const bridge = await open(line);
    bridge.run(`${CYCLE("kept")}\n  kept = make()\n  proxy = create_proxy(kept)\n  helpers.proxy = proxy`);
    bridge.run(`${CYCLE("early")}\n  make(); None`);
    const weak = (bridge.moult as Attachment).bridge!.collect(undefined);
    await slotsAreWeak(bridge);
    bridge.moult.detach();
    await expect(weak).resolves.toMatchObject({ driver: "engine" });
    for (let i = 0; i < 3; i++) await engineCollects();
    await expect(bridge.moult.collectBridges()).rejects.toMatchObject({ code: "detached" });
    bridge.run("helpers.proxy.f.tag");
    bridge.run(`${CYCLE("between")}\n  make(); None`);
    const again = bridged(bridge.pyodide, await attach(bridge.pyodide, { bridge: "off" }));
    again.run(`${CYCLE("late")}\n  make(); None`);
    for (const name of ["early", "between", "late"]) expect(again.run(`'${name}' in died`)).toBe(false);
    await again.moult.collectBridges();
    for (const name of ["early", "between", "late"]) expect(again.died(name)).toBe(true);
    expect(again.run("kept.f.tag")).toBe("kept");
    expect(again.run("kept.f().unwrap().f.js_id == kept.f.js_id")).toBe(true);
  });

  test("proxies older than the ledger are roots", async () => {
    const pyodide = await loadLine(line);
    pyodide.runPython(`
class Old: pass
from pyodide.ffi import create_proxy
import js, weakref
old = Old(); old.box = js.Object.new(); old.box.tag = "old"; old.box.proxy = create_proxy(old)
reference = weakref.ref(old)
del old`);
    const moult = await attach(pyodide, { bridge: "off" });
    const { outside } = await moult.collectBridges();
    expect(outside).toBeGreaterThan(0);
    expect(pyodide.runPython("reference().box.tag")).toBe("old");
    pyodide.runPython(
      "for _ in range(50):\n    old = Old(); old.box = js.Object.new(); old.box.proxy = create_proxy(old)\ndel old",
    );
    expect((await moult.collectBridges()).outside).toBe(outside);
  });

  test("off, with one note, where the host has no FinalizationRegistry", async () => {
    const pyodide = await loadLine(line);
    const registry = globalThis.FinalizationRegistry;
    try {
      Reflect.deleteProperty(globalThis, "FinalizationRegistry");
      const moult = await attach(pyodide);
      const warnings: WarningEvent[] = [];
      moult.on("warning", (event) => warnings.push(event));
      await turn();
      expect(warnings.map(({ code }) => code)).toEqual(["bridge-off"]);
      expect(moult.bridgeStats()).toBeUndefined();
      await expect(moult.collectBridges()).rejects.toMatchObject({ code: "no-bridge" });
    } finally {
      globalThis.FinalizationRegistry = registry;
    }
  });

  test("by itself it works in idle time, also with CPython's own collector", async () => {
    const bridge = await open(line, { bridge: "auto", plan: "builtin" });
    bridge.run(`${CYCLE("auto")}\n  for _ in range(20): make()`);
    expect(await eventually(() => bridge.died("auto"), 200)).toBe(true);
  });

  test("does not run while Python runs, and says so", async () => {
    const bridge = await open(line);
    let inside: Promise<unknown> | undefined;
    (globalThis as { insideMoult?: () => void }).insideMoult = () => {
      inside = bridge.moult.collectBridges();
    };
    bridge.run("js.insideMoult()");
    await expect(inside).resolves.toMatchObject({ driver: "synchronous" });
    bridge.run("gc.set_debug(gc.DEBUG_SAVEALL)");
    await expect(bridge.moult.collectBridges()).resolves.toMatchObject({ driver: "busy" });
    bridge.run("gc.set_debug(0)");
  });
});
