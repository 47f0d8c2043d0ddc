/**
 * Loading Pyodide with Moult attached, for any loader: the one of the package, one from a CDN, one of your
 * own. Imports no Pyodide itself.
 */
import type { Moult, MoultOptions, PlanName, PyodideLike } from "./api.js";
import { loadAndAttach } from "./attach.js";
import { OptionError } from "./errors.js";
import { resolveOptions } from "./options.js";
import { sealedView } from "./view.js";

/** The option `gc`: Moult's options, the name of a plan, or false for a Pyodide without Moult. */
export type GcOption = MoultOptions | PlanName | false;

/** A loaded Pyodide and its collector. */
export type WithMoult<P> = P & { readonly moult: Moult };

/** A loader with the additional option `gc`. */
export interface LoaderWithMoult<C, P> {
  (config: C & { gc: false }): Promise<P>;
  (config?: C & { gc?: Exclude<GcOption, false> }): Promise<WithMoult<P>>;
  (config: C & { gc?: GcOption }): Promise<P & { readonly moult?: Moult }>;
}

/**
 * Gives a `loadPyodide` the option `gc`, and what it loads the property `moult`:
 *
 *     const load = withMoult(loadPyodide);
 *     const pyodide = await load({ gc: { verify: 1 } });
 *     pyodide.moult.collect();
 *
 * Wrong options throw an `OptionError` before anything is loaded; the rest is as with `loadPyodide` and
 * `attach`. With `sealed`, `pyodide.moult` is a view that can't change anything, because Python code can reach
 * it; a host that wants to detach later calls `attach` itself and keeps what it returns.
 */
export function withMoult<C extends object, P extends PyodideLike>(
  loadPyodide: (config?: C) => Promise<P>,
): LoaderWithMoult<C, P> {
  const load = async (config?: C & { gc?: GcOption }): Promise<P> => {
    const { gc, ...rest } = config ?? {};
    const options = gcOptions(gc);
    if (options === undefined) return loadPyodide(rest as C);
    const [pyodide, moult] = await loadAndAttach(() => loadPyodide(rest as C), options, !isOfSnapshot(rest));
    const sealed = options.sealed === true;
    return Object.defineProperty(pyodide, "moult", {
      value: sealed ? sealedView(moult) : moult,
      enumerable: true,
      // Not sealed: attaching again later may put the new one in its place.
      configurable: !sealed,
      writable: false,
    });
  };
  return load as LoaderWithMoult<C, P>;
}

/** Pyodide's options for a snapshot of memory, which is to be without Moult, or in whose place another memory comes. */
const SNAPSHOT_OPTIONS = ["_makeSnapshot", "_loadSnapshot"];

function isOfSnapshot(config: object): boolean {
  return SNAPSHOT_OPTIONS.some((name) => Boolean((config as Record<string, unknown>)[name]));
}

/** Checks the option `gc`; undefined: no Moult. */
function gcOptions(gc: unknown): MoultOptions | undefined {
  if (gc === false) return undefined;
  const options = (typeof gc === "string" ? { plan: gc } : gc === undefined ? {} : gc) as MoultOptions;
  if (typeof options !== "object") {
    throw new OptionError(
      `option "gc" can't be ${String(gc)}; allowed: Moult's options, a plan's name, or false`,
    );
  }
  resolveOptions(options);
  return options;
}
