/** Puts the module `moult` into a Python, and takes it out again. */
import type { PyodideLike } from "../api.js";
import type { PythonBackend } from "./backend.js";
import { createDoor } from "./door.js";
import { LOADER_SOURCE, MODULE_SOURCE } from "./source.js";

/** A Python object in JavaScript's hands. */
interface PyProxyLike {
  destroy(): void;
}

type Remove = PyProxyLike & (() => void);
type Install = PyProxyLike & ((source: string, door: object) => Remove);

/**
 * Makes `import moult` work. Returns a function that removes the module again (and puts back another one of
 * that name, if there was one); calling it twice is harmless. References that Python code still has go on
 * working: `moult.attached` tells them.
 */
export function installPythonModule(pyodide: PyodideLike, backend: PythonBackend): () => void {
  // Names of its own: nothing is left behind in `__main__`.
  const names = pyodide.runPython("{}") as PyProxyLike;
  const install = pyodide.runPython(LOADER_SOURCE, { globals: names }) as Install;
  let remove: Remove | undefined;
  try {
    remove = install(MODULE_SOURCE, createDoor(backend));
  } finally {
    install.destroy();
    names.destroy();
  }
  return () => {
    const first = remove;
    remove = undefined;
    first?.();
    first?.destroy();
  };
}
