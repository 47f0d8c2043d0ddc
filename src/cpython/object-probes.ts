/**
 * Checks of the object layouts on live samples: every offset that the kernel relies on is read back from
 * something whose value Python knows, and the kernel's tracing must find what tp_traverse finds.
 */
import { type Kernel, Kind } from "../kernel/kernel.js";
import type { GcState } from "./gc-state.js";
import { compare, condition, type ProbeRow } from "./probe.js";
import type { Recorder } from "./recorder.js";
import type { Runtime } from "./runtime.js";
import type { Samples } from "./samples.js";

const TYPE_FACTS = `
_c, _s = Slotted, Plain
[_c.__basicsize__, _c.__flags__ & 0x7fffffff, _c.__weakrefoffset__ & 0xffffffff, id(_c.__base__), len(_c.__slots__),
 _s.__basicsize__, _s.__flags__ & 0x7fffffff, _s.__dictoffset__ & 0xffffffff, id(_s), sys_getrefcount(_c), id(None),
 id(plain_dict.__dict__), id(plain.a), id(slotted.x), id(function.__code__), id(function.__code__.co_filename),
 id(function.__code__.co_qualname)]
`;

/** What samples must be traced as; anything else would mean that the fast paths are not taken. */
const EXPECTED_KINDS: Readonly<Record<string, number>> = {
  plain: Kind.instance,
  plain_dict: Kind.instance,
  slotted: Kind.instance,
  child: Kind.instance,
  mixed: Kind.instance,
  list: Kind.list,
  tuple: Kind.tuple,
  dict_str: Kind.dict,
  set: Kind.set,
  frozenset: Kind.set,
  function: Kind.fixed,
  cell: Kind.fixed,
  type: Kind.fixed,
  generator: Kind.generic,
};

/** Checks PyTypeObject, PyObject, instances and containers field by field. */
export function probeObjects(state: GcState, samples: Samples, namespace: unknown): ProbeRow[] {
  const { runtime, layout } = state;
  runtime.pyodide.runPython("from sys import getrefcount as sys_getrefcount", { globals: namespace });
  const facts = runtime.evaluateIntegers(TYPE_FACTS, namespace);
  const [size = 0, flags = 0, weak = 0, base = 0, slots = 0, plainSize = 0, plainFlags = 0, dictAt = 0] =
    facts;
  const [plainType = 0, refcount = 0, none = 0, managedDict = 0, firstValue = 0, slotValue = 0] =
    facts.slice(8);
  const [code = 0, file = 0, name = 0] = facts.slice(14);
  const word = (address: number) => runtime.load(address);
  const slotted = word(samples.address("slotted") + 4);
  const plain = samples.address("plain");
  const members = slotted + word(word(slotted + 4) + 16);
  const list = samples.address("list");
  const tuple = samples.address("tuple");
  const dict = samples.address("dict_any");
  const set = samples.address("set_big");
  const reference = samples.address("ref");
  const { immortalFrom } = layout;
  const last = layout.sticky ?? { from: immortalFrom, count: immortalFrom };
  return [
    compare("type: tp_basicsize", size, word(slotted + 16)),
    compare("type: tp_flags", flags, word(slotted + 84) & 0x7fffffff),
    compare("type: tp_weaklistoffset", weak, word(slotted + 104)),
    compare("type: tp_base", base, word(slotted + 128)),
    condition(
      "type: tp_name",
      runtime.readString(word(slotted + 12)) === "Slotted",
      "Slotted",
      "another name",
    ),
    compare("type: tp_dictoffset", dictAt, word(plainType + 144)),
    compare("type: slots are behind it", slots - 1, word(slotted + 8)),
    compare("slot: offset", slotValue, word(samples.address("slotted") + word(members + 8))),
    // The call itself holds one reference, or none where arguments are borrowed.
    condition(
      "object: ob_refcnt",
      Math.abs(word(slotted) - refcount) <= 1,
      String(refcount),
      String(word(slotted)),
    ),
    compare("object: ob_type", plainType, word(plain + 4)),
    compare("type: tp_basicsize, inline values", plainSize, word(plainType + 16)),
    compare("type: tp_flags, inline values", plainFlags, word(plainType + 84) & 0x7fffffff),
    compare("instance: first inline value", firstValue, word(plain + plainSize + 4)),
    compare("instance: managed dict", managedDict, word(samples.address("plain_dict") - 12)),
    condition("None is immortal", word(none) >= immortalFrom, `at least ${immortalFrom}`, String(word(none))),
    compare(`Py_IncRef at a count of ${last.from - 1}`, last.count, countAfter(runtime, last.from - 1)),
    compare(`Py_IncRef at a count of ${last.from}`, last.from, countAfter(runtime, last.from)),
    compare("code: file", file, word(code + state.codeFields.codeFile)),
    compare("code: qualified name", name, word(code + state.codeFields.codeName)),
    compare("list: size", 3, word(list + 8)),
    compare("list: items", plain, word(word(list + 12) + 4)),
    compare("tuple: size", 3, word(tuple + 8)),
    compare("tuple: items", plain, word(tuple + layout.tupleItems + 4)),
    compare("dict: used", 2, word(dict + 8)),
    compare("dict: no values", 0, word(dict + 28)),
    compare("keys: entries", 2, word(word(dict + 24) + 16)),
    compare("set: used", 51, word(set + 12)),
    compare("set: a table of mask + 1 entries", 0, word(set + 16) & (word(set + 16) + 1)),
    compare("weakref: referent", plain, word(reference + 8)),
    compare("weakref: callback", samples.address("function"), word(reference + 12)),
  ];
}

/** What Py_IncRef makes of a count. */
function countAfter(runtime: Runtime, count: number): number {
  const object = runtime.allocate(8);
  runtime.store(object, count);
  runtime.store(object + 4, runtime.symbol("PyBaseObject_Type"));
  runtime.function("Py_IncRef")(object);
  const after = runtime.load(object);
  runtime.free(object);
  return after;
}

/** Compares, sample by sample, what the kernel traces with what tp_traverse visits. */
export function probeTracing(
  kernel: Kernel,
  recorder: Recorder,
  samples: Samples,
  inspectVisitor: number,
): ProbeRow[] {
  const rows: ProbeRow[] = [];
  kernel.forgetTypes();
  for (const [name, object] of samples.entries()) {
    const kind = EXPECTED_KINDS[name];
    if (kind !== undefined) rows.push(compare(`tracing: kind of ${name}`, kind, kernel.kindOfObject(object)));
    const theirs = recorder.during(() => void kernel.callTraverse(object, inspectVisitor));
    const ours = recorder.during(() => kernel.inspect(object));
    const expected = referents(kernel, theirs);
    const found = referents(kernel, ours);
    rows.push(
      condition(`tracing: referents of ${name}`, expected === found, expected || "none", found || "none"),
    );
  }
  return rows;
}

/** The objects that a collector cares about, sorted, as text. */
function referents(kernel: Kernel, objects: readonly number[]): string {
  return objects
    .filter((object) => kernel.isGcObject(object) !== 0)
    .sort((a, b) => a - b)
    .join(" ");
}
