/**
 * What the host's allocator says of itself.
 *
 *   ╒═ memory ════════════════════════════════════════════════════════════╕
 *   │ static data │ stack │ blocks, in use or free          │ not yet asked │
 *   └─────────────────────────────────────────────────────── ▲ ────────────┘
 *                                                        the break
 *   ╒═ struct mallinfo, 40 bytes ══════════════════════════════════════════╕
 *   │ +0 arena … │ +28 uordblks: bytes in use │ +32 fordblks: bytes free │ … │
 *   └──────────────────────────────────────────────────────────────────────┘
 */
import type { CFunction, Runtime } from "./runtime.js";

const INFO_SIZE = 40;
const BLOCK_BYTES = 28;
const FREE_BYTES = 32;

/** Tells how much of memory is in use. */
export class Heap {
  readonly #runtime: Runtime;
  readonly #mallinfo: CFunction;
  readonly #breakAt: number;
  #info: number;

  /** Throws a MoultError: "unsupported-runtime", "out-of-memory". */
  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.#mallinfo = runtime.function("mallinfo");
    this.#breakAt = runtime.function("emscripten_get_sbrk_ptr")() >>> 0;
    this.#info = runtime.allocate(INFO_SIZE);
  }

  /** Bytes in use. It walks all blocks: a millisecond for some 50,000 of them. Not from inside of the allocator. */
  used(): number {
    this.#mallinfo(this.#info);
    return this.#runtime.load(this.#breakAt) - this.#runtime.load(this.#info + FREE_BYTES);
  }

  /** Bytes in allocated blocks, found in the same way. */
  blockBytes(): number {
    this.#mallinfo(this.#info);
    return this.#runtime.load(this.#info + BLOCK_BYTES);
  }

  release(): void {
    this.#runtime.free(this.#info);
    this.#info = 0;
  }
}
