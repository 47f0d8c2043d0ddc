/** The name of an object's class, read without running Python. */
import type { Runtime } from "./runtime.js";

const OB_TYPE = 4;
const TP_NAME = 12;

/** As `type(object).__name__`, with the module for types of C code. */
export function typeName(runtime: Runtime, object: number): string {
  return runtime.readString(runtime.load(runtime.load(object + OB_TYPE) + TP_NAME));
}
