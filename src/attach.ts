/** Attaching: the door through which users come. */
import type { Moult, MoultOptions, PyodideLike } from "./api.js";
import { MoultError } from "./errors.js";

/** Puts Moult in the place of CPython's collector in a loaded Pyodide. */
export async function attach(_pyodide: PyodideLike, _options: MoultOptions = {}): Promise<Moult> {
  throw new MoultError("unsupported-runtime", "attach is not here yet");
}
