/**
 * Learning where built-in objects keep their references: functions, cells, methods, descriptors, types...
 *
 * Their tp_traverse visits fixed fields. Rather than carry a table of offsets for every CPython, it is asked:
 * an object is copied, one word after the other is replaced by a stranger, and the fields through which
 * tp_traverse meets the stranger are the ones. The result is exact for that type, whatever was NULL in the
 * object copied. Only types whose tp_traverse is known to be such a plain series of visits are asked.
 */

import type { Kernel } from "../kernel/kernel.js";
import { dictEntry, dictKeys, dictSize, isDict } from "./dicts.js";
import { wordOffsets } from "./object-type.js";
import type { Recorder } from "./recorder.js";
import type { Runtime } from "./runtime.js";
import type { Samples } from "./samples.js";

/** Samples whose exact types are learned. */
const LEARNED = [
  "function",
  "cell",
  "method",
  "builtin",
  "wrapper_descriptor",
  "method_descriptor",
  "classmethod_descriptor",
  "getset",
  "member",
  "property",
  "classmethod",
  "staticmethod",
  "ref",
  "type",
] as const;

const TYPE_FLAGS = 84;
/** Bytes of { type, offsets, hints } in the kernel's table. */
const TRIPLE = 12;
/** Room before the copied object, for a header, and behind it, for fields that a subtype would have. */
const MARGIN = 64;

/**
 * Learns the offsets of every type in `LEARNED` and gives them to the kernel, with hints for marking beside them:
 * the same, less the fields of functions that hold strings and code (they lead nowhere), and for types the dict
 * of their subclasses, which tp_traverse keeps to itself. Marking only proposes, so hints need not be complete.
 *
 * @returns the address of the kernel's table
 */
export function learnLayouts(
  runtime: Runtime,
  kernel: Kernel,
  recorder: Recorder,
  samples: Samples,
  inspectVisitor: number,
): number {
  const triples = runtime.allocate((LEARNED.length + 1) * TRIPLE);
  LEARNED.forEach((name, i) => {
    const object = samples.address(name);
    const offsets = learnOffsets(runtime, kernel, recorder, object, inspectVisitor);
    const hints = hintsFor(name, offsets, runtime, kernel, samples);
    [runtime.load(object + 4), offsetBlock(runtime, offsets), offsetBlock(runtime, hints)].forEach(
      (word, at) => {
        runtime.store(triples + TRIPLE * i + 4 * at, word);
      },
    );
  });
  kernel.setLearned(triples);
  return triples;
}

function hintsFor(
  name: (typeof LEARNED)[number],
  offsets: readonly number[],
  runtime: Runtime,
  kernel: Kernel,
  samples: Samples,
): number[] {
  if (name === "type") return [...offsets, ...findSubclasses(runtime, samples)];
  if (name !== "function") return [...offsets];
  const referent = (offset: number) => runtime.load(samples.address(name) + offset);
  return offsets.filter((offset) => referent(offset) === 0 || kernel.isGcObject(referent(offset)) !== 0);
}

/** Where a type keeps the dict of weak references to its subclasses: the word that is such a dict. */
function findSubclasses(runtime: Runtime, samples: Samples): number[] {
  const type = samples.address("subclassed");
  const reference = samples.address("ref_to_subclass");
  return wordOffsets(runtime, type).filter((offset) => {
    const word = runtime.load(type + offset);
    if (!isDict(runtime, word) || dictSize(runtime, word) !== 1) return false;
    return dictEntry(runtime, word, 0).value === reference;
  });
}

/** A block { count u16, offset u16 … } as the kernel reads it. */
function offsetBlock(runtime: Runtime, offsets: readonly number[]): number {
  const block = runtime.allocate(2 + 2 * offsets.length);
  new Uint16Array(runtime.memory.buffer, block, 1 + offsets.length).set([offsets.length, ...offsets]);
  return block;
}

function learnOffsets(
  runtime: Runtime,
  kernel: Kernel,
  recorder: Recorder,
  object: number,
  inspectVisitor: number,
): number[] {
  const type = runtime.load(object + 4);
  const size = runtime.load(type + 16);
  const block = runtime.allocate(size + 2 * MARGIN + 16);
  const copy = block + MARGIN;
  const stranger = copy + size + MARGIN;
  runtime.bytes.copyWithin(copy, object, object + size);
  runtime.store(stranger, 1);
  runtime.store(stranger + 4, runtime.symbol("PyBaseObject_Type"));
  const offsets: number[] = [];
  const isType = type === runtime.symbol("PyType_Type");
  for (const offset of wordOffsets(runtime, object)) {
    if (isType && offset === TYPE_FLAGS) continue;
    const word = runtime.load(copy + offset);
    runtime.store(copy + offset, stranger);
    try {
      const visited = recorder.during(() => void kernel.callTraverse(copy, inspectVisitor));
      if (visited.includes(stranger)) offsets.push(offset);
    } catch (error) {
      // Not a reference but something that tp_traverse reads through: then it is not visited either.
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    }
    runtime.store(copy + offset, word);
  }
  runtime.free(block);
  return offsets;
}

/**
 * Where a heap type keeps the keys that its instances share: the word of a class that is the keys of an
 * instance's `__dict__`. Without it the kernel looks at more values than are in use, and finds the same.
 *
 * @returns the offset, or 0 when there is not exactly one such word
 */
export function findSharedKeys(runtime: Runtime, samples: Samples): number {
  const type = runtime.load(samples.address("plain") + 4);
  const keys = dictKeys(runtime, samples.address("plain_keys"));
  const found = wordOffsets(runtime, type).filter((offset) => runtime.load(type + offset) === keys);
  return found.length === 1 ? found[0]! : 0;
}

/**
 * Who visits an instance's inline values when a dict has been made of them: in 3.13.2 and 3.14.2 the instance, which then
 * keeps silent about the dict; in 3.15, and in later 3.13 and 3.14, the dict, which the instance visits instead (gh-130327).
 */
export function whoVisitsInline(
  kernel: Kernel,
  recorder: Recorder,
  samples: Samples,
  inspectVisitor: number,
): "instance" | "dict" {
  const visited = recorder.during(
    () => void kernel.callTraverse(samples.address("plain_dict"), inspectVisitor),
  );
  return visited.includes(samples.address("plain_vars")) ? "dict" : "instance";
}
