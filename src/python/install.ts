/** Puts the module `moult` into a Python, and takes it out again. */
import type { PyodideLike } from "../api.js";
import type { PythonBackend } from "./backend.js";
import { createDoor } from "./door.js";
import { LOAD, LOADER_SOURCE, MODULE_SOURCE } from "./source.js";

/** A Python object in JavaScript's hands. */
interface PyProxyLike {
  destroy(): void;
}

type Remove = PyProxyLike & (() => void);
type Install = PyProxyLike & ((source: string, door: object) => Remove);
type Load = PyProxyLike & ((source: string) => Install);

/**
 * Makes `import moult` work. Returns a function that removes the module again (and puts back another one of
 * that name, if there was one); calling it twice is harmless. References that Python code still has go on
 * working: `moult.attached` tells them.
 */
export function installPythonModule(pyodide: PyodideLike, backend: PythonBackend): () => void {
  // Names of its own: `__main__` may have other meanings for `exec`, and nothing is to be left behind there.
  const names = pyodide.runPython("{}") as PyProxyLike;
  const load = pyodide.runPython(LOAD, { globals: names }) as Load;
  names.destroy();
  const install = load(LOADER_SOURCE);
  load.destroy();
  let remove: Remove | undefined = install(MODULE_SOURCE, createDoor(backend));
  install.destroy();
  return () => {
    const first = remove;
    remove = undefined;
    first?.();
    first?.destroy();
  };
}
