/**
 * Learning where built-in objects keep their references: functions, cells, methods, descriptors, types...
 *
 * Their tp_traverse visits fixed fields. Rather than carry a table of offsets for every CPython, it is asked:
 * an object is copied, one word after the other is replaced by a stranger, and the fields through which
 * tp_traverse meets the stranger are the ones. The result is exact for that type, whatever was NULL in the
 * object copied. Only types whose tp_traverse is known to be such a plain series of visits are asked.
 */
import type { Kernel } from "../kernel/kernel.js";
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
const DICT_KEYS = 24;
/** Room before the copied object, for a header, and behind it, for fields that a subtype would have. */
const MARGIN = 64;

/**
 * Learns the offsets of every type in `LEARNED` and gives them to the kernel.
 *
 * @returns the blocks allocated, to be freed at detach
 */
export function learnLayouts(
  runtime: Runtime,
  kernel: Kernel,
  recorder: Recorder,
  samples: Samples,
  inspectVisitor: number,
): number[] {
  const learned: { type: number; offsets: number[] }[] = [];
  for (const name of LEARNED) {
    const object = samples.address(name);
    const type = runtime.load(object + 4);
    learned.push({ type, offsets: learnOffsets(runtime, kernel, recorder, object, inspectVisitor) });
  }
  const pairs = runtime.allocate((learned.length + 1) * 8);
  const blocks = [pairs];
  learned.forEach(({ type, offsets }, i) => {
    const block = runtime.allocate(2 + 2 * offsets.length);
    blocks.push(block);
    const view = new Uint16Array(runtime.memory.buffer, block, 1 + offsets.length);
    view.set([offsets.length, ...offsets]);
    runtime.store(pairs + 8 * i, type);
    runtime.store(pairs + 8 * i + 4, block);
  });
  kernel.setLearned(pairs);
  return blocks;
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
  for (let offset = 8; offset < size; offset += 4) {
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
  const keys = runtime.load(samples.address("plain_keys") + DICT_KEYS);
  const size = runtime.load(runtime.load(type + 4) + 16);
  const found: number[] = [];
  for (let offset = 8; offset < size; offset += 4)
    if (runtime.load(type + offset) === keys) found.push(offset);
  return found.length === 1 ? found[0]! : 0;
}
