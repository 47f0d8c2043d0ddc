/**
 * Where built-in objects keep what they show under a name: learned from live objects. Python says what `f.__code__` is, and
 * the one word of `f` that holds it is the field. What is not found has no name, and nothing else depends on it.
 */
import { dictEntry, dictSize, isDict } from "./dicts.js";
import type { GcState } from "./gc-state.js";
import { wordOffsets } from "./object-type.js";
import type { Runtime } from "./runtime.js";

/** Samples, and the attributes that are asked for. */
const ASKED = {
  function: [
    "__code__",
    "__globals__",
    "__builtins__",
    "__name__",
    "__qualname__",
    "__defaults__",
    "__kwdefaults__",
    "__closure__",
    "__doc__",
    "__dict__",
    "__module__",
    "__annotate__",
  ],
  cell: ["cell_contents"],
  builtin: ["__self__", "__module__"],
  module: ["__dict__"],
  exception: ["args", "__cause__", "__context__", "__traceback__"],
  cls: ["__name__", "__qualname__", "__mro__", "__bases__"],
  generator: ["__name__", "__qualname__"],
} as const;

const CODE = `
import types
def names_of(a_default: "annotated" = [1], *, keyword=("k",)):
    "the documentation of a sample"
    first, second = object(), 2
    def inner():
        return first, names_of
    return inner
names_of.attribute = 1
names_of.__qualname__ = "".join(["names", "_of", "!"])
def make():
    marker_0, marker_1 = object(), object()
    cell_0 = object()
    def use():
        return cell_0
    def generate():
        marker, other = marker_1, cell_0
        yield marker
        return use, marker_0
    return use, generate()
function = names_of
inner = names_of()
use, generator = make()
marker = next(generator)
cell = use.__closure__[0]
builtin = [].append
module = types.ModuleType("sample")
cls = type("".join(["Sam", "ple"]), (), {})
child = type("Child", (cls,), {})
cls.__qualname__ = "".join(["Sam", "ple", "!"])
try:
    try:
        raise ValueError()
    except ValueError:
        raise KeyError(["argument"]) from OSError()
except KeyError as error:
    exception = error
frame = exception.__traceback__.tb_frame
asked = {"function": function, "cell": cell, "builtin": builtin, "module": module, "exception": exception,
         "cls": cls, "generator": generator}
`;

/** A field of the objects of a type. */
export interface NamedField {
  readonly offset: number;
  readonly name: string;
}

/** What was learned. */
export interface FieldNames {
  /** By address of the type; its subtypes have the fields too. */
  readonly fields: ReadonlyMap<number, readonly NamedField[]>;
  /** Where the frame of a generator is in it; 0: not known. */
  readonly generatorFrame: number;
  /** Where a frame object has the address of its frame; 0: not known. */
  readonly framePointer: number;
  /** Offset of a frame's code in it. */
  readonly frameExecutable: number;
  /** Offset of the tuple of all names of locals in code; 0: not known, and then none has a name. */
  readonly codeLocals: number;
  /** Offset in code of how much stack it wants. */
  readonly codeStack: number;
}

interface Names {
  destroy(): void;
  clear(): void;
}

/** Learns them; Python code runs. */
export function learnFieldNames(state: GcState): FieldNames {
  const { runtime } = state;
  const names = runtime.pyodide.runPython("{}") as Names;
  try {
    runtime.pyodide.runPython(CODE, { globals: names });
    const attributes = Object.entries(ASKED).flatMap(([sample, asked]) =>
      asked.map((name) => [sample, name] as const),
    );
    const addresses = runtime.evaluateIntegers(
      `[i for s, n in ${JSON.stringify(attributes)} for i in (id(asked[s]), id(getattr(asked[s], n, None)))]`,
      names,
    );
    const none = runtime.symbol("_Py_NoneStruct");
    const fields = new Map<number, NamedField[]>();
    const add = (object: number, offset: number | undefined, name: string) => {
      if (offset === undefined) return;
      const type = runtime.load(object + 4);
      fields.set(type, [...(fields.get(type) ?? []), { offset, name }]);
    };
    attributes.forEach(([, name], i) => {
      const [object = 0, value = 0] = addresses.slice(2 * i, 2 * i + 2);
      if (value !== none)
        add(
          object,
          onlyWord(runtime, object, (word) => word === value),
          name,
        );
    });
    const exception = addresses[2 * attributes.findIndex(([sample]) => sample === "exception")] ?? 0;
    moveToBase(runtime, fields, runtime.load(exception + 4));
    learnClass(runtime, names, add);
    return { fields, ...learnFrames(state, names) };
  } finally {
    runtime.pyodide.runPython("generator.close(); globals().clear()", { globals: names });
    names.destroy();
  }
}

/** Exceptions: the fields are those of BaseException. */
function moveToBase(runtime: Runtime, fields: Map<number, NamedField[]>, type: number): void {
  const learned = fields.get(type);
  fields.delete(type);
  if (learned !== undefined) fields.set(runtime.load(runtime.symbol("PyExc_BaseException")), learned);
}

/** The dict of a class, and that of its subclasses, which nobody shows. */
function learnClass(
  runtime: Runtime,
  names: Names,
  add: (object: number, offset: number | undefined, name: string) => void,
): void {
  const [cls = 0, child = 0] = runtime.evaluateIntegers("[id(cls), id(child)]", names);
  const dict = runtime.function("PyType_GetDict")(cls) >>> 0;
  runtime.function("Py_DecRef")(dict);
  add(
    cls,
    onlyWord(runtime, cls, (word) => word === dict),
    "__dict__",
  );
  const isSubclasses = (word: number) =>
    isDict(runtime, word) &&
    dictSize(runtime, word) === 1 &&
    runtime.load(dictEntry(runtime, word, 0).value + 8) === child;
  add(cls, onlyWord(runtime, cls, isSubclasses), "__subclasses__");
}

/** Frames are found in a generator by its code and by a local variable; both must say the same. */
function learnFrames(state: GcState, names: Names): Omit<FieldNames, "fields"> {
  const { runtime } = state;
  const [generator = 0, code = 0, marker = 0] = runtime.evaluateIntegers(
    "[id(generator), id(generator.gi_code), id(marker)]",
    names,
  );
  const unknown = { generatorFrame: 0, framePointer: 0, frameExecutable: 0, codeLocals: 0, codeStack: 0 };
  const executable = state.frameExecutable;
  const codeAt = onlyWord(runtime, generator, (word) => (word & ~3) >>> 0 === code);
  const codeLocals = onlyWord(runtime, code, (word) => isTupleOf(state, word, ["marker", "other", "cell_0"]));
  const codeStack = memberOffset(runtime, runtime.symbol("PyCode_Type"), "co_stacksize");
  if (codeAt === undefined || codeLocals === undefined || codeStack === undefined) return unknown;
  const frame = codeAt - executable;
  const first = runtime.load(generator + frame + state.fact("frameLocals"));
  if ((first & ~3) >>> 0 !== marker) return unknown;
  const [object = 0, itsCode = 0] = runtime.evaluateIntegers("[id(frame), id(frame.f_code)]", names);
  const framePointer = onlyWord(runtime, object, (word) => {
    const isInside = word % 4 === 0 && word > 1024 && word + 64 < runtime.bytes.length;
    return isInside && (runtime.load(word + executable) & ~3) >>> 0 === itsCode;
  });
  return {
    generatorFrame: frame,
    framePointer: framePointer ?? 0,
    frameExecutable: executable,
    codeLocals,
    codeStack,
  };
}

/** True for a tuple that begins with a string of these letters, and has as many items or more. */
function isTupleOf({ runtime, layout }: GcState, word: number, names: readonly string[]): boolean {
  if (word % 8 !== 0 || word < 1024 || word + 64 > runtime.bytes.length) return false;
  if (runtime.load(word + 4) !== runtime.symbol("PyTuple_Type") || runtime.load(word + 8) < names.length)
    return false;
  return names.slice(0, 2).every((name, i) => {
    const string = runtime.load(word + layout.tupleItems + 4 * i);
    const ascii = runtime.bytes.subarray(string + 20, string + 20 + name.length);
    return runtime.load(string + 8) === name.length && String.fromCharCode(...ascii) === name;
  });
}

/** The offset of a member that a type declares. */
function memberOffset(runtime: Runtime, type: number, name: string): number | undefined {
  for (let at = runtime.load(type + 120); runtime.load(at) !== 0; at += 20)
    if (runtime.readString(runtime.load(at)) === name) return runtime.load(at + 8);
  return undefined;
}

/** The offset of the one word of an object that fits; undefined when there is none, or more than one. */
function onlyWord(runtime: Runtime, object: number, fits: (word: number) => boolean): number | undefined {
  const found = wordOffsets(runtime, object).filter((offset) => fits(runtime.load(object + offset)));
  return found.length === 1 ? found[0] : undefined;
}
