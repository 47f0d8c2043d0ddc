/** Finding the WebAssembly.Memory of a loaded Pyodide. */
import { MoultError } from "../errors.js";

interface MemoryOwner {
  readonly memory?: unknown;
  readonly HEAPU8: Uint8Array;
  readonly _malloc?: (bytes: number) => number;
  readonly _PyMem_RawMalloc?: (bytes: number) => number;
}

/** More than any WebAssembly memory can still give: asking for it makes the allocator try to grow. */
const IMPOSSIBLE = 1 << 30;

/**
 * Pyodide 314 and later show their memory; 0.29 hides it in a closure. There, the allocator is asked for more than there
 * is while `Memory.prototype` is watched for one call: whoever tries to grow is it. Nothing grows.
 */
export function findMemory(owner: MemoryOwner): WebAssembly.Memory {
  if (owner.memory instanceof WebAssembly.Memory) return owner.memory;
  const prototype = WebAssembly.Memory.prototype;
  const buffer = Object.getOwnPropertyDescriptor(prototype, "buffer");
  const { grow } = prototype;
  const allocate = owner._malloc ?? owner._PyMem_RawMalloc;
  const seen: WebAssembly.Memory[] = [];
  if (buffer?.get === undefined || allocate === undefined) throw notFound();
  const { get } = buffer;
  try {
    Object.defineProperty(prototype, "buffer", {
      ...buffer,
      get(this: WebAssembly.Memory) {
        seen.push(this);
        return get.call(this);
      },
    });
    prototype.grow = function (this: WebAssembly.Memory) {
      seen.push(this);
      throw new RangeError("Moult is looking for the memory; nothing is to grow");
    };
    allocate(IMPOSSIBLE);
  } finally {
    Object.defineProperty(prototype, "buffer", buffer);
    prototype.grow = grow;
  }
  const memory = seen.find((candidate) => candidate.buffer === owner.HEAPU8.buffer);
  if (memory === undefined) throw notFound();
  return memory;
}

function notFound(): MoultError {
  return new MoultError("unsupported-runtime", "cannot find the WebAssembly memory of this Pyodide");
}
