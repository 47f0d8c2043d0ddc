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
import type { CFunction, Host } from "./runtime.js";

const INFO_SIZE = 40;
const BLOCK_BYTES = 28;
const FREE_BYTES = 32;

/** Tells how much of memory is in use. */
export class Heap {
  readonly #host: Host;
  readonly #mallinfo: CFunction;
  readonly #breakAt: number;
  #info: number;

  /** Throws a MoultError: "unsupported-runtime", "out-of-memory". */
  constructor(host: Host) {
    this.#host = host;
    this.#mallinfo = host.function("mallinfo");
    this.#breakAt = host.function("emscripten_get_sbrk_ptr")() >>> 0;
    this.#info = host.allocate(INFO_SIZE);
  }

  /** Bytes in use. It walks all blocks: a millisecond for some 50,000 of them. Not from inside of the allocator. */
  used(): number {
    this.#mallinfo(this.#info);
    return this.#host.load(this.#breakAt) - this.#host.load(this.#info + FREE_BYTES);
  }

  /** Bytes in allocated blocks, found in the same way. */
  blockBytes(): number {
    this.#mallinfo(this.#info);
    return this.#host.load(this.#info + BLOCK_BYTES);
  }

  release(): void {
    this.#host.free(this.#info);
    this.#info = 0;
  }
}
