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
 * entry that was released before, `ptr` is None, which does not count them: nothing is dropped twice. The cache of attributes
 * is kept from the registry: its strong hold would keep the proxies in it, and all that they lead to, alive. All that is
 * done with it there is to see that these are not destroyed, and a count that is never taken down does the same.
 *
 * Once installed it stays, also when Moult is detached: tokens registered through it are unregistered through it.
 */
import type { BridgeModule, HeldValue, ProxyRegistry } from "./pyodide-module.js";

/** How JavaScript comes to the Python object of an entry. */
export type Access =
  /** By the property `ptr` of the target. */
  | "property"
  /** By a call through the module (`create_once_callable`). */
  | "call"
  /** By a variable that nobody else sees (iterators). */
  | "hidden";

/**
 * One reference that a PyProxy owns. Its target is held strongly until the end of the job in which it was made, as a WeakRef
 * would do; most PyProxies are destroyed by then, and never need one.
 */
export class LedgerEntry implements HeldValue {
  readonly access: Access;
  /** Address of the object; for looking, not for releasing. */
  readonly object: number;
  readonly cache = undefined;
  released = false;
  /** Where the ledger has it. */
  place: number;
  readonly #ledger: Ledger;
  #target: object | undefined;
  #reference: WeakRef<object> | undefined;

  constructor(ledger: Ledger, place: number, target: object, object: number) {
    this.#ledger = ledger;
    this.place = place;
    this.#target = target;
    this.object = object;
    this.access = accessTo(target);
  }

  /** Read by who releases the reference: the object once, and from then on None. */
  get ptr(): number {
    if (this.released) return this.#ledger.none;
    this.#ledger.release(this);
    return this.object;
  }

  /** The target; undefined when it was collected. */
  deref(): object | undefined {
    return this.#target ?? this.#reference?.deref();
  }

  /** Holds the target weakly from now on, if it is still wanted. */
  weaken(): void {
    if (this.#target !== undefined && !this.released) this.#reference = new WeakRef(this.#target);
    this.#target = undefined;
  }

  /** The reference is no longer the PyProxy's. */
  finish(): void {
    this.released = true;
    this.#target = undefined;
  }
}

function accessTo(target: object): Access {
  if ("ptr" in target) return "property";
  return typeof target === "function" ? "call" : "hidden";
}

/** Makes constructors that give back the object that they are given, so that a private field can be added to it. */
const Given = function (this: unknown, object: object): object {
  return object;
} as unknown as new (
  object: object,
) => object;

/** The entry that belongs to a token, in a private field of it: nobody sees it, and it is faster than a WeakMap. */
class Token extends Given {
  #entry: LedgerEntry | undefined;

  static mark(token: object, entry: LedgerEntry): void {
    if (!(#entry in token)) new Token(token);
    (token as Token).#entry = entry;
  }

  static entryOf(token: object): LedgerEntry | undefined {
    return #entry in token ? token.#entry : undefined;
  }
}

/** So many entries are looked through before the job ends. */
const MANY = 4096;

/** Stands in the place of Pyodide's registry. */
export class Ledger implements ProxyRegistry {
  readonly #stock: ProxyRegistry;
  readonly #entries: LedgerEntry[] = [];
  /** Made in this job. */
  #fresh: LedgerEntry[] = [];
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
    const object = "ptr" in held ? held.ptr : held[0];
    const entry = new LedgerEntry(this, this.#entries.length, target, object);
    this.#entries.push(entry);
    const count = this.#fresh.push(entry);
    if (count === 1) queueMicrotask(() => this.#weaken());
    else if (count === MANY) this.#weaken();
    Token.mark(token, entry);
    this.#stock.register(target, entry, token);
    this.onGrowth();
  }

  unregister(token: object): unknown {
    const entry = Token.entryOf(token);
    if (entry !== undefined && !entry.released) this.release(entry);
    return this.#stock.unregister(token);
  }

  /** At the end of the job, or when there are many: destroyed ones are not to pile up in a long job. */
  #weaken(): void {
    const fresh = this.#fresh;
    this.#fresh = [];
    for (const entry of fresh) entry.weaken();
  }

  /** The entry's reference is no longer the PyProxy's. */
  release(entry: LedgerEntry): void {
    entry.finish();
    const last = this.#entries.pop();
    if (last !== undefined && last !== entry) {
      last.place = entry.place;
      this.#entries[entry.place] = last;
    }
    this.onRelease(entry.object);
  }

  /** References owned now. */
  get size(): number {
    return this.#entries.length;
  }

  /** As they are now; while one walks along them none may be released. */
  entries(): readonly LedgerEntry[] {
    return this.#entries;
  }
}

const ledgers = new WeakMap<object, Ledger>();

/** The ledger of a Pyodide; undefined when it has none. */
export function knownLedger(module: BridgeModule): Ledger | undefined {
  return ledgers.get(module);
}

/** The ledger of a Pyodide, installed now if it has none yet. */
export function installLedger(module: BridgeModule, none: number): Ledger {
  const known = ledgers.get(module);
  if (known !== undefined) return known;
  const ledger = new Ledger(module.finalizationRegistry, none);
  module.finalizationRegistry = ledger;
  ledgers.set(module, ledger);
  return ledger;
}
