/**
 * Builds the extension module `gctypes` as a WebAssembly *side module*: what `emcc -sSIDE_MODULE` would
 * make of a C extension, without a compiler. Pyodide's own dlopen loads it, so its types are as real as
 * those of any package.
 *
 * A side module owns no address: its data lies at `__memory_base` and its functions at `__table_base`,
 * both chosen by the loader. Pointers inside the data are therefore relocations, applied by the exported
 * `__wasm_apply_data_relocs`. The sizes wanted stand in the custom section `dylink.0`, which must come
 * first (tool-conventions/DynamicLinking.md).
 */
import { readFile } from "node:fs/promises";
import wabt from "wabt";
import { type TypeRow, types } from "./types.js";

const SLOT = {
  clear: 51,
  dealloc: 52,
  doc: 56,
  methods: 64,
  new: 65,
  traverse: 71,
  members: 72,
  finalize: 80,
};
const MEMBER_OBJECT = 6;
const MEMBER_SSIZE = 19;
const READONLY = 1;
const FLAG_BASETYPE = 1 << 10;
const FLAG_HAVE_GC = 1 << 14;
const METH_O = 8;
const MODULE_EXEC = 2;
/** sizeof(struct Node): head 8, a, b, weakrefs. */
const NODE_SIZE = 20;
const FIRST_REFERENCE = 1;

/** C functions that the code imports, with parameter counts and whether they return something. */
const imports: Readonly<Record<string, readonly [number, boolean]>> = {
  Py_IncRef: [1, false],
  Py_DecRef: [1, false],
  PyErr_SetString: [2, false],
  PyErr_GetRaisedException: [0, true],
  PyErr_SetRaisedException: [1, false],
  PyErr_WriteUnraisable: [1, false],
  PyCallable_Check: [1, true],
  PyObject_CallOneArg: [2, true],
  PyObject_ClearWeakRefs: [1, false],
  PyObject_GC_Del: [1, false],
  PyObject_GC_UnTrack: [1, false],
  PyObject_Free: [1, false],
  PyObject_CallFinalizerFromDealloc: [1, true],
  PyType_FromModuleAndSpec: [3, true],
  PyModule_AddType: [2, true],
  PyModuleDef_Init: [1, true],
};

/** A pointer inside the data: to other data, to a function of ours, or to a function of CPython. */
type Pointer =
  | { readonly kind: "data"; readonly offset: number }
  | { readonly kind: "function"; readonly name: string }
  | { readonly kind: "host"; readonly name: string };

/** The data segment while it is being laid out. */
class Data {
  readonly bytes: number[] = [];
  readonly relocations: { at: number; to: Pointer }[] = [];

  text(value: string): Pointer {
    const offset = this.bytes.length;
    this.bytes.push(...new TextEncoder().encode(value), 0);
    return { kind: "data", offset };
  }

  /** Lays out 32-bit words, 4-aligned; pointers become relocations. */
  words(...values: (number | Pointer)[]): Pointer & { kind: "data" } {
    while (this.bytes.length % 4 !== 0) this.bytes.push(0);
    const offset = this.bytes.length;
    for (const value of values) {
      const number = typeof value === "number" ? value : 0;
      if (typeof value !== "number") this.relocations.push({ at: this.bytes.length, to: value });
      this.bytes.push(number & 255, (number >> 8) & 255, (number >> 16) & 255, (number >> 24) & 255);
    }
    return { kind: "data", offset };
  }
}

const fn = (name: string): Pointer => ({ kind: "function", name });
const host = (name: string): Pointer => ({ kind: "host", name });

function typeSlots(data: Data, row: TypeRow, members: Pointer): Pointer {
  const slots: (number | Pointer)[] = [SLOT.members, members, SLOT.new, host("PyType_GenericNew")];
  slots.push(SLOT.doc, data.text(row.doc), SLOT.dealloc, fn(row.dealloc));
  if (row.traverse !== undefined) slots.push(SLOT.traverse, fn(row.traverse));
  if (row.clear !== undefined) slots.push(SLOT.clear, fn(row.clear));
  if (row.finalize !== undefined) slots.push(SLOT.finalize, fn(row.finalize));
  return data.words(...slots, 0, 0);
}

/** PyMemberDef, PyType_Slot, PyType_Spec, PyMethodDef, PyModuleDef: the whole static data of the module. */
function layOutData(data: Data): Record<"specs" | "specs_end" | "moduledef" | "clear_message", number> {
  const message = data.text("raised by tp_clear");
  const member = (name: string, type: number, offset: number, flags: number) => [
    data.text(name),
    type,
    offset,
    flags,
    0,
  ];
  const rows = [
    ...member("a", MEMBER_OBJECT, 8, 0),
    ...member("b", MEMBER_OBJECT, 12, 0),
    ...member("__weaklistoffset__", MEMBER_SSIZE, 16, READONLY),
  ];
  const members = data.words(...rows, 0, 0, 0, 0, 0);
  const specWords = types.flatMap((row) => {
    const flags = FLAG_BASETYPE | (row.gc ? FLAG_HAVE_GC : 0);
    return [data.text(`gctypes.${row.name}`), NODE_SIZE, 0, flags, typeSlots(data, row, members)];
  });
  const specs = data.words(...specWords).offset;
  const doc = data.text("untrack(object) -> object: PyObject_GC_UnTrack");
  const methods = data.words(data.text("untrack"), fn("untrack"), METH_O, doc, 0, 0, 0, 0);
  const slots = data.words(MODULE_EXEC, fn("exec"), 0, 0);
  const name = data.text("gctypes");
  const head = [FIRST_REFERENCE, 0, 0, 0, 0];
  const moduledef = data.words(...head, name, 0, 0, methods, slots, 0, 0, 0).offset;
  const clearMessage = message.kind === "data" ? message.offset : 0;
  return { specs, specs_end: specs + types.length * NODE_SIZE, moduledef, clear_message: clearMessage };
}

/** Text of one store that writes a pointer into the data at load time. */
function relocation(at: number, to: Pointer, table: readonly string[]): string {
  const value =
    to.kind === "data"
      ? `(i32.add (global.get $memory_base) (i32.const ${to.offset}))`
      : to.kind === "function"
        ? `(i32.add (global.get $table_base) (i32.const ${table.indexOf(to.name)}))`
        : `(global.get $${to.name})`;
  return `    (i32.store offset=${at} (global.get $memory_base) ${value})`;
}

function moduleText(data: Data, symbols: Record<string, number>, table: readonly string[], code: string) {
  const importLines = Object.entries(imports).map(([name, [params, returns]]) => {
    const signature = `(param${" i32".repeat(params)})${returns ? " (result i32)" : ""}`;
    return `  (import "env" "${name}" (func $${name} ${signature}))`;
  });
  // The addresses of our data are known once the loader has chosen a base: set with the relocations.
  const globals = Object.keys(symbols).map((name) => `  (global $${name} (mut i32) (i32.const 0))`);
  const addresses = Object.entries(symbols).map(
    ([name, offset]) => `    (global.set $${name} (i32.add (global.get $memory_base) (i32.const ${offset})))`,
  );
  const hex = data.bytes.map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("");
  return `(module
  (type $visitproc (func (param i32 i32) (result i32)))
  (import "env" "memory" (memory 1))
  (import "env" "__indirect_function_table" (table 1 funcref))
  (import "env" "__memory_base" (global $memory_base i32))
  (import "env" "__table_base" (global $table_base i32))
  (import "GOT.func" "PyType_GenericNew" (global $PyType_GenericNew (mut i32)))
  (import "GOT.mem" "PyExc_RuntimeError" (global $PyExc_RuntimeError (mut i32)))
${importLines.join("\n")}
${globals.join("\n")}
  (data (global.get $memory_base) "${hex}")
  (elem (global.get $table_base) func ${table.map((name) => `$${name}`).join(" ")})
  (func (export "__wasm_apply_data_relocs")
${data.relocations.map(({ at, to }) => relocation(at, to, table)).join("\n")}
${addresses.join("\n")})
${code})`;
}

function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)];
}

/** Puts the section `dylink.0` (memory and table wanted) in front of all others. */
function withDylinkSection(wasm: Uint8Array, memorySize: number, tableSize: number): Uint8Array {
  const memoryInfo = [...leb(memorySize), 2, ...leb(tableSize), 0];
  const name = new TextEncoder().encode("dylink.0");
  const body = [name.length, ...name, 1, memoryInfo.length, ...memoryInfo];
  return Uint8Array.from([...wasm.subarray(0, 8), 0, ...leb(body.length), ...body, ...wasm.subarray(8)]);
}

/** Assembles the side module; write the bytes to `gctypes.so` on `sys.path` and import it. */
export async function buildSideModule(): Promise<Uint8Array> {
  const code = await readFile(new URL("functions.wat", import.meta.url), "utf8");
  const data = new Data();
  const symbols = layOutData(data);
  const names = data.relocations.flatMap(({ to }) => (to.kind === "function" ? [to.name] : []));
  const table = [...new Set(names)];
  const parsed = (await wabt()).parseWat("gctypes.wat", moduleText(data, symbols, table, code));
  try {
    const { buffer } = parsed.toBinary({});
    return withDylinkSection(buffer, data.bytes.length, table.length);
  } finally {
    parsed.destroy();
  }
}
