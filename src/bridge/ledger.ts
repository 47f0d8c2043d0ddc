/**
 * The ledger: which references to Python objects are owned by PyProxies.
 *
 * Pyodide registers every PyProxy that it is to release with `Module.finalizationRegistry`. The ledger stands in its
 * place and passes everything on; each registration is one owned reference. What is not in the ledger is a root: proxies
 * made before it was there, those that Pyodide releases itself at the end of a call, and handles of promises.
 *
 *   ╒═ Pyodide ══════╕ register(target, held, token) ╒═ ledger ═╕ register(target, entry, token) ╒═ registry ═╕
 *   │ PyProxy made   │ ────────────────────────────▶ │ entry    │ ─────────────────────────────▶ │ the stock  │
 *   │ …destroyed     │ unregister(token) ──────────▶ │ gone     │ ─────────────────────────────▶ │ one        │
 *   │ …collected     │                               │ released │ ◀────── reads ptr and cache ── │            │
 *   └────────────────┘                               └──────────┘                                └────────────┘
 *
 * An entry is held value to the stock registry, which reads `ptr` when the target is gone and drops that reference. For an
 * entry that was released before, `ptr` is None, which does not count them: nothing is dropped twice. The cache of
 * attributes is held weakly: Pyodide's own strong hold keeps the proxies in it, and all that they lead to, alive.
 *
 * Once installed it stays, also when Moult is detached: tokens registered through it are unregistered through it.
 */
import type { BridgeModule, HeldValue, ProxyCache, ProxyRegistry } from "./pyodide-module.js";

/** How JavaScript comes to the Python object of an entry. */
export type Access =
  /** By the property `ptr` of the target. */
  | "property"
  /** By a call through the module (`create_once_callable`). */
  | "call"
  /** By a variable that nobody else sees (iterators). */
  | "hidden";

/** One reference that a PyProxy owns. */
export class LedgerEntry implements HeldValue {
  readonly target: WeakRef<object>;
  readonly access: Access;
  readonly #ledger: Ledger;
  readonly #pointer: number;
  readonly #cache: WeakRef<ProxyCache> | undefined;
  #cacheDone = false;
  released = false;

  constructor(ledger: Ledger, target: object, pointer: number, cache: ProxyCache | undefined) {
    this.#ledger = ledger;
    this.#pointer = pointer;
    this.target = new WeakRef(target);
    this.access = Object.hasOwn(target, "ptr")
      ? "property"
      : typeof target === "function"
        ? "call"
        : "hidden";
    this.#cache = cache === undefined ? undefined : new WeakRef(cache);
  }

  /** Address of the object; for looking, not for releasing. */
  get object(): number {
    return this.#pointer;
  }

  /** Read by who releases the reference: the object once, and from then on None. */
  get ptr(): number {
    if (this.released) return this.#ledger.none;
    this.#ledger.release(this);
    return this.#pointer;
  }

  /** Read by the stock registry after `ptr`. */
  get cache(): ProxyCache | undefined {
    if (this.#cacheDone) return undefined;
    this.#cacheDone = true;
    return this.#cache?.deref();
  }
}

/** Stands in the place of Pyodide's registry. */
export class Ledger implements ProxyRegistry {
  readonly #stock: ProxyRegistry;
  readonly #entries = new Set<LedgerEntry>();
  readonly #byToken = new WeakMap<object, LedgerEntry>();
  /** Address of None. */
  readonly none: number;
  /** Called when an entry was added. */
  onGrowth: () => void = () => {};
  /** Called before a reference is dropped, whoever does it. */
  onRelease: (object: number) => void = () => {};

  constructor(stock: ProxyRegistry, none: number) {
    this.#stock = stock;
    this.none = none;
  }

  register(target: object, held: HeldValue | readonly [number, undefined], token: object): void {
    // Pyodide 0.29 gives an array for once-callables, which its own registry can make nothing of.
    const [pointer, cache] = "ptr" in held ? [held.ptr, held.cache] : held;
    const entry = new LedgerEntry(this, target, pointer, cache);
    this.#entries.add(entry);
    this.#byToken.set(token, entry);
    this.#stock.register(target, entry, token);
    this.onGrowth();
  }

  unregister(token: object): unknown {
    const entry = this.#byToken.get(token);
    if (entry !== undefined) {
      this.#byToken.delete(token);
      if (!entry.released) this.release(entry);
    }
    return this.#stock.unregister(token);
  }

  /** The entry's reference is no longer the PyProxy's. */
  release(entry: LedgerEntry): void {
    entry.released = true;
    this.#entries.delete(entry);
    this.onRelease(entry.object);
  }

  /** References owned now. */
  get size(): number {
    return this.#entries.size;
  }

  entries(): Iterable<LedgerEntry> {
    return this.#entries;
  }
}

const ledgers = new WeakMap<object, Ledger>();

/** The ledger of a Pyodide, installed now if it has none yet. */
export function installLedger(module: BridgeModule, none: number): Ledger {
  const known = ledgers.get(module);
  if (known !== undefined) return known;
  const ledger = new Ledger(module.finalizationRegistry, none);
  module.finalizationRegistry = ledger;
  ledgers.set(module, ledger);
  return ledger;
}
