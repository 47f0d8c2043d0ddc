/**
 * What code that is not trusted may see of a collector: `loadPyodide` puts it at `pyodide.moult` when the
 * options are sealed, since Python code reaches that as `pyodide_js.moult`.
 */
import type { Moult } from "./api.js";
import { MoultError } from "./errors.js";

/**
 * A frozen `Moult` that tells everything and collects, but changes nothing: `detach` throws, and so do `on` and
 * `collectWhenIdle`, because what untrusted code passes would run inside of the host's collections and tasks. Made of closures: it does
 * not lead to the collector behind it.
 */
export function sealedView(moult: Moult): Moult {
  const refuse = (what: string) => (): never => {
    throw new MoultError("sealed", `${what} is refused: the host has sealed Moult's options`);
  };
  const view: Moult = {
    plan: moult.plan,
    get attached() {
      return moult.attached;
    },
    collect: (generation) => moult.collect(generation),
    step: (budget, options) => moult.step(budget, options),
    collectWhenIdle: refuse("work between the host's tasks"),
    noGc: refuse("switching collections off"),
    collectBridges: () => moult.collectBridges(),
    bridgeStats: () => structuredClone(moult.bridgeStats()),
    stats: () => structuredClone(moult.stats()),
    allocatorStats: () => structuredClone(moult.allocatorStats()),
    memoryReport: () => structuredClone(moult.memoryReport()),
    addMemoryPressure: (bytes) => moult.addMemoryPressure(bytes),
    get heap() {
      const { capture, idOf } = moult.heap;
      return Object.freeze({
        capture,
        idOf,
        snapshotOnOutOfMemory: refuse("writing snapshots when memory is exhausted"),
      });
    },
    on: refuse("subscribing to events"),
    detach: refuse("detaching"),
    prepareSnapshot: refuse("preparing a snapshot"),
    [Symbol.dispose]: refuse("detaching"),
  };
  return Object.freeze(Object.setPrototypeOf(view, null));
}
