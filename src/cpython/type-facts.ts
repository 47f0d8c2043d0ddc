/**
 * What the heap kernel is told of types: fields with names, sizes, content (the box drawing is in kernel/heap/facts.ts).
 *
 *   ╒═ type ══════════════════════════════════════╕   ╒═ PyMemberDef, 20 bytes, ended by one without a name ═══╕
 *   │ object-type.ts has its head                  │   │ +0 name │ +4 type │ +8 offset in the object │ +12 flags │
 *   │ +120 members  +128 base  +132 dict           │   └─────────────────────────────────────────────────────────┘
 *   │ +144 offset of __dict__                      │
 *   └──────────────────────────────────────────────┘
 */
import { dictEntry, dictKeys } from "./dicts.js";
import type { FieldNames } from "./field-names.js";
import { basicSize, bytesBefore, flagsOf, itemSize, nameOf, Subclass, TypeFlag } from "./object-type.js";
import type { Runtime } from "./runtime.js";
import type { TextReader } from "./text.js";

const MEMBERS = 120;
const BASE = 128;
const DICT = 132;
const DICT_OFFSET = 144;
const MEMBER_SIZE = 20;
/** Types of members that hold an object. */
const OBJECT_MEMBERS = [6, 16];
/** Bases of a type at the most; more would mean that something is read wrongly. */
const MOST_BASES = 200;

/** The numbers of kernel/heap/facts.ts. */
const Size = { fixed: 0, items: 1, digits: 2, text: 3, values: 4, frame: 5 } as const;
const Buffer = { none: 0, list: 1, dict: 2, set: 3, bytearray: 4, type: 5, text: 6 } as const;
const Content = { none: 0, list: 1, tuple: 2, dict: 3, set: 4 } as const;
const IS_TYPE = 1;
const POINTS_TO_FRAME = 2;

const FACTS_SIZE = 24;
/** Members that one type can have; more have no names. */
const MOST_MEMBERS = 256;
/** Bytes for the facts of all types of a capture: some 5,000 of them. When it is full it is filled anew from its start. */
export const FACTS_BYTES = 160 * 1024;
/** The number of the name `__dict__`, which the kernel uses too. */
const DICT_NAME = 1;

/** Names of references by number; the first three are known to the kernel. */
export class EdgeNames {
  readonly texts: string[] = ["__class__", "__dict__", "referent"];
  readonly #numbers = new Map(this.texts.map((text, i) => [text, i]));

  /** The number of a name. */
  numberOf(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.texts.push(text) - 1;
      this.#numbers.set(text, number);
    }
    return number;
  }
}

/** The number of the name of a weak reference. */
export const WEAK_NAME = 2;

interface Member {
  readonly offset: number;
  readonly name: number;
}

/** Writes the facts of types, once asked for them; nothing is allocated and no Python code runs. */
export class TypeFacts {
  readonly names = new EdgeNames();
  readonly #runtime: Runtime;
  readonly #text: TextReader;
  readonly #learned: FieldNames;
  readonly #generators: ReadonlySet<number>;
  readonly #setTypes: readonly number[];
  #arena = 0;
  #top = 0;

  constructor(runtime: Runtime, text: TextReader, learned: FieldNames) {
    this.#runtime = runtime;
    this.#text = text;
    this.#learned = learned;
    this.#generators = new Set(["Gen", "Coro", "AsyncGen"].map((name) => runtime.symbol(`Py${name}_Type`)));
    this.#setTypes = ["Set", "FrozenSet"].map((name) => runtime.symbol(`Py${name}_Type`));
  }

  /** Begins with an empty arena of FACTS_BYTES. */
  begin(arena: number): void {
    this.#arena = arena;
    this.#top = arena;
  }

  /** The kernel's question: where the facts of a type are. */
  describe(type: number): number {
    const members = this.#members(type);
    const bytes = FACTS_SIZE + 8 * members.length;
    if (this.#top + bytes > this.#arena + FACTS_BYTES) {
      // The facts of others are still in the kernel's cache: those must stay as they are, so this type has none.
      members.length = 0;
      this.#top = Math.min(this.#top, this.#arena + FACTS_BYTES - FACTS_SIZE);
    }
    const facts = this.#top;
    this.#top += FACTS_SIZE + 8 * members.length;
    this.#write(facts, type, members);
    return facts;
  }

  /** As `module.Name`; without the module for built-in classes. */
  className(type: number): string {
    const runtime = this.#runtime;
    const name = nameOf(runtime, type);
    const dict = runtime.load(type + DICT);
    if (name.includes(".") || dict === 0) return name;
    const module = dictGet(runtime, dict, "__module__", (key) => this.#text.text(key));
    if (module === undefined || !this.#text.isText(module)) return name;
    const text = this.#text.text(module);
    return text === "builtins" ? name : `${text}.${name}`;
  }

  #write(facts: number, type: number, members: readonly Member[]): void {
    const runtime = this.#runtime;
    const flags = flagsOf(runtime, type);
    const before = bytesBefore(flags);
    const isFrame = type === runtime.symbol("PyFrame_Type");
    const frame = this.#generators.has(type)
      ? this.#learned.generatorFrame
      : isFrame
        ? this.#learned.framePointer
        : 0;
    const isType = (flags & Subclass.type) !== 0;
    const rules =
      this.#sizeRule(type, flags) |
      (this.#bufferRule(type, flags) << 8) |
      (this.#contentRule(type, flags) << 16) |
      (((isType ? IS_TYPE : 0) | (isFrame ? POINTS_TO_FRAME : 0)) << 24);
    const words = [
      rules,
      basicSize(runtime, type) + before,
      before,
      itemSize(runtime, type),
      frame,
      members.length,
      ...members.flatMap(({ offset, name }) => [offset, name]),
    ];
    words.forEach((word, i) => {
      runtime.store(facts + 4 * i, word);
    });
  }

  #sizeRule(type: number, flags: number): number {
    const isText = type === this.#runtime.symbol("PyUnicode_Type");
    if (isText) return Size.text;
    if ((flags & Subclass.int) !== 0) return Size.digits;
    const counted = (flags & (Subclass.tuple | Subclass.bytes | Subclass.type)) !== 0;
    if (counted || type === this.#runtime.symbol("PyCode_Type")) return Size.items;
    if (this.#generators.has(type)) return this.#learned.generatorFrame === 0 ? Size.fixed : Size.frame;
    return (flags & TypeFlag.inlineValues) !== 0 ? Size.values : Size.fixed;
  }

  #bufferRule(type: number, flags: number): number {
    if ((flags & Subclass.list) !== 0) return Buffer.list;
    if ((flags & Subclass.dict) !== 0) return Buffer.dict;
    if ((flags & Subclass.type) !== 0) return Buffer.type;
    if ((flags & Subclass.str) !== 0 && type !== this.#runtime.symbol("PyUnicode_Type")) return Buffer.text;
    if (this.#isSubtype(type, [this.#runtime.symbol("PyByteArray_Type")])) return Buffer.bytearray;
    return this.#isSubtype(type, this.#setTypes) ? Buffer.set : Buffer.none;
  }

  #contentRule(type: number, flags: number): number {
    if ((flags & Subclass.list) !== 0) return Content.list;
    if ((flags & Subclass.tuple) !== 0) return Content.tuple;
    if ((flags & Subclass.dict) !== 0) return Content.dict;
    return this.#isSubtype(type, this.#setTypes) ? Content.set : Content.none;
  }

  #isSubtype(type: number, bases: readonly number[]): boolean {
    return this.#bases(type).some((base) => bases.includes(base));
  }

  /** The type, its base, and so on. */
  #bases(type: number): number[] {
    const bases: number[] = [];
    for (let base = type; base !== 0 && bases.length < MOST_BASES; base = this.#runtime.load(base + BASE))
      bases.push(base);
    return bases;
  }

  /** Fields that hold objects: what classes declare, what was learned, and the dict. */
  #members(type: number): Member[] {
    const runtime = this.#runtime;
    const size = basicSize(runtime, type);
    const found = new Map<number, number>();
    const add = (offset: number, name: string) => {
      if (
        offset >= 8 &&
        offset + 4 <= size &&
        offset % 4 === 0 &&
        found.size < MOST_MEMBERS &&
        !found.has(offset)
      )
        found.set(offset, this.names.numberOf(name));
    };
    for (const base of this.#bases(type)) {
      for (const { offset, name } of this.#declared(base)) add(offset, name);
      for (const { offset, name } of this.#learned.fields.get(base) ?? []) add(offset, name);
    }
    const dictAt = runtime.load(type + DICT_OFFSET) | 0;
    if (dictAt > 0 && dictAt + 4 <= size) found.set(dictAt, DICT_NAME);
    return [...found].map(([offset, name]) => ({ offset, name }));
  }

  *#declared(type: number): Generator<{ offset: number; name: string }> {
    const runtime = this.#runtime;
    let at = runtime.load(type + MEMBERS);
    for (let i = 0; at !== 0 && runtime.load(at) !== 0 && i < MOST_MEMBERS; i++, at += MEMBER_SIZE) {
      if (!OBJECT_MEMBERS.includes(runtime.load(at + 4))) continue;
      yield { offset: runtime.load(at + 8), name: runtime.readString(runtime.load(at)) };
    }
  }
}

/** The value under a name, of a dict that shares its keys with nobody; undefined when it has none. */
function dictGet(
  runtime: Runtime,
  dict: number,
  name: string,
  textOf: (string: number) => string,
): number | undefined {
  const strings = runtime.symbol("PyUnicode_Type");
  const entries = runtime.load(dictKeys(runtime, dict) + 16);
  for (let place = 0; place < entries; place++) {
    const { key, value } = dictEntry(runtime, dict, place);
    if (value === 0 || runtime.load(key + 4) !== strings || runtime.load(key + 8) !== name.length) continue;
    if (textOf(key) === name) return value;
  }
  return undefined;
}
