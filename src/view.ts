/**
 * What code that is not trusted may see of a collector: `loadPyodide` puts it at `pyodide.moult` when the
 * options are sealed, since Python code reaches that as `pyodide_js.moult`.
 */
import type { Moult } from "./api.js";
import { MoultError } from "./errors.js";

/**
 * A frozen `Moult` that tells everything and collects, but changes nothing: `detach` throws, and so does `on`,
 * because a listener of untrusted code would run inside of the host's collections. Made of closures: it does
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
    stats: () => structuredClone(moult.stats()),
    memoryReport: () => structuredClone(moult.memoryReport()),
    addMemoryPressure: (bytes) => moult.addMemoryPressure(bytes),
    on: refuse("subscribing to events"),
    detach: refuse("detaching"),
    [Symbol.dispose]: refuse("detaching"),
  };
  return Object.freeze(Object.setPrototypeOf(view, null));
}
