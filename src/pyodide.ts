/**
 * `import { loadPyodide } from "moult/pyodide"`: Pyodide's own `loadPyodide` with Moult attached. Imports the
 * package `pyodide`, a peer, when it is called first. For a Pyodide from elsewhere there is `withMoult`.
 */
import type { PyodideConfig, PyodideInterface } from "pyodide";
import { MoultError } from "./errors.js";
import { type LoaderWithMoult, withMoult } from "./with-moult.js";

export { type GcOption, type LoaderWithMoult, type WithMoult, withMoult } from "./with-moult.js";

/**
 * Loads Pyodide with all of its own options and `gc`: Moult's options, the name of a plan, or false. The
 * collector is at `pyodide.moult`. Throws a `MoultError` with the code "pyodide-missing" when the package
 * `pyodide` can't be imported, and whatever Pyodide's `loadPyodide` and `attach` throw.
 */
export const loadPyodide: LoaderWithMoult<PyodideConfig, PyodideInterface> = withMoult(
  async (config?: PyodideConfig) => {
    const pyodide = await import("pyodide").catch((cause: unknown) => {
      throw new MoultError(
        "pyodide-missing",
        `the package "pyodide" could not be imported (${cause instanceof Error ? cause.message : String(cause)}); ` +
          "install it with: npm install pyodide; or load one from elsewhere with: withMoult(loadPyodide)",
        { cause },
      );
    });
    return pyodide.loadPyodide(config);
  },
);
