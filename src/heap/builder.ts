/**
 * Makes the graph of what the heap kernel tells (the records are drawn in kernel/heap/emit.ts). Records come in the order of
 * addresses, so the number of an object is how many bits of the kernel's bitmap are set before its own: no table of
 * addresses is needed, and each reference is resolved as it comes.
 */
import { MoultError } from "../errors.js";
import { EdgeType, type GraphFacts, type HeapGraph, NodeType } from "./graph.js";
import { Texts, Words } from "./growable.js";

/** Kinds of references in a record, and of an object's. */
const BY_NUMBER = 0;
const BY_OBJECT = 1;
const OBJECT = 3;
const NAMELESS = 0x8000_0000;
/** What an object that names a reference is of it: in its low bits. */
const Naming = { key: 0, attribute: 1, isKey: 2, local: 3 } as const;

/** Texts for what the kernel tells by address. Read from memory alone. */
export interface Describer {
  /** A node for an object of a type. */
  node(object: number, type: number): { type: number; name: string };
  /** An object as a key. */
  key(object: number): string;
  /** A string's text. */
  text(object: number): string;
  /** A name by its number, and whether references of that name hold nothing. */
  edge(number: number): { name: string; isWeak: boolean };
  /** Nodes outside of Python that an object leads to: their number among those, or none. */
  outside(object: number, type: number): readonly number[];
  /** References of this object hold nothing (a table of interned strings). */
  holdsWeakly(object: number): boolean;
}

/** A node that is no object of Python's, with its edges to objects. */
export interface Group {
  readonly name: string;
  readonly type: number;
  readonly id: number;
  /** Nodes by number: a group's or one outside of Python. */
  readonly groups?: readonly { name: string; group: number }[];
  readonly objects: readonly { name: string | number; object: number; isLocal?: boolean }[];
}

/** Where the kernel's bitmap is, and what it has set in it. */
export interface Reached {
  readonly words: Uint32Array;
  readonly bitmap: number;
  readonly bitmapBytes: number;
  readonly objects: number;
}

/** Builds one graph. */
export class GraphBuilder {
  readonly #describer: Describer;
  readonly #texts = new Texts();
  readonly #reached: Reached;
  /** Objects before each word of the bitmap. */
  readonly #before: Uint32Array;
  /** Node of the first object. */
  readonly #firstObject: number;
  readonly nodeTypes: Uint8Array;
  readonly #nodeNames: Uint32Array;
  readonly #ids: Uint32Array;
  readonly #sizes: Uint32Array;
  readonly #firstEdge: Uint32Array;
  /** Reference counts of objects, by node. */
  readonly counts: Uint32Array;
  readonly #targets = new Words(1 << 16);
  readonly #edgeNames = new Words(1 << 16);
  readonly #edgeTypes = new Words(1 << 14);
  readonly #byAddress = new Map<number, number>();
  readonly #byNumber: { name: number; type: number }[] = [];
  readonly #classes = new Map<number, { type: number; name: number }>();
  #node = 0;
  #weakly = false;

  /**
   * @param groups come first in the graph, the root before all; their edges to objects that were not reached are left out
   * @param outside come last
   */
  constructor(describer: Describer, reached: Reached, groups: readonly Group[], outside: readonly Group[]) {
    this.#describer = describer;
    this.#reached = reached;
    this.#firstObject = groups.length;
    this.#before = countBefore(reached);
    const nodes = groups.length + reached.objects + outside.length;
    this.nodeTypes = new Uint8Array(nodes);
    this.#nodeNames = new Uint32Array(nodes);
    this.#ids = new Uint32Array(nodes);
    this.#sizes = new Uint32Array(nodes);
    this.#firstEdge = new Uint32Array(nodes + 1);
    this.counts = new Uint32Array(nodes);
    for (const group of groups) this.#addGroup(group);
  }

  /** Takes records from memory. */
  take(words: Uint32Array, from: number, count: number): void {
    for (let at = from, end = from + count; at < end; ) {
      const word = words[at]!;
      if ((word & 3) === OBJECT) {
        this.#addObject((word & ~3) >>> 0, words[at + 1]!, words[at + 2]!, words[at + 3]!);
        at += 4;
      } else {
        this.#addEdge((word & ~3) >>> 0, word & 3, words[at + 1]!);
        at += 2;
      }
    }
  }

  /** The node of an object; undefined when it was not reached. */
  nodeOf(object: number): number | undefined {
    const { words, bitmap, bitmapBytes } = this.#reached;
    const index = object >>> 7;
    if (4 * index >= bitmapBytes) return undefined;
    const word = words[(bitmap >>> 2) + index]!;
    const bit = (object >>> 2) & 31;
    if (((word >>> bit) & 1) === 0) return undefined;
    return this.#firstObject + this.#before[index]! + bitsIn(word & ((1 << bit) - 1));
  }

  /** Ends it: nodes outside of Python follow. */
  finish(outside: readonly Group[], facts: GraphFacts): HeapGraph {
    const expected = this.#firstObject + this.#reached.objects;
    if (this.#node !== expected) {
      const message = `the heap kernel reached ${expected} nodes and told of ${this.#node}: the heap changed meanwhile`;
      throw new MoultError("verify-mismatch", message);
    }
    for (const group of outside) this.#addGroup(group);
    this.#firstEdge[this.#node] = this.#targets.length;
    return {
      facts,
      nodes: this.#node,
      edges: this.#targets.length,
      nodeTypes: this.nodeTypes,
      nodeNames: this.#nodeNames,
      ids: this.#ids,
      sizes: this.#sizes,
      firstEdge: this.#firstEdge,
      edgeTypes: Uint8Array.from(this.#edgeTypes.done()),
      edgeNames: this.#edgeNames.done(),
      targets: this.#targets.done(),
      strings: this.#texts.list,
    };
  }

  #addGroup({ name, type, id, groups = [], objects }: Group): void {
    this.#begin(type, this.#texts.add(name), id, 0);
    for (const { name: text, group } of groups) this.#push(EdgeType.property, this.#texts.add(text), group);
    for (const { name: edge, object, isLocal } of objects) {
      const to = this.nodeOf(object);
      if (to === undefined) continue;
      if (typeof edge === "number") this.#push(EdgeType.element, edge, to);
      else this.#push(isLocal === true ? EdgeType.context : EdgeType.property, this.#texts.add(edge), to);
    }
  }

  #addObject(object: number, type: number, count: number, bytes: number): void {
    let known = this.#classes.get(type);
    if (known === undefined || known.name === 0) {
      const described = this.#describer.node(object, type);
      const name = this.#texts.add(described.name);
      // Strings and functions have each a name of their own.
      const isOne = described.type === NodeType.string || described.type === NodeType.closure;
      known = { type: described.type, name };
      this.#classes.set(type, isOne ? { type: described.type, name: 0 } : known);
    }
    this.counts[this.#node] = count;
    this.#weakly = this.#describer.holdsWeakly(object);
    this.#begin(known.type, known.name, object, bytes);
    for (const node of this.#describer.outside(object, type)) {
      const to = this.#firstObject + this.#reached.objects + node;
      this.#push(EdgeType.internal, this.#texts.add("js"), to);
    }
  }

  #begin(type: number, name: number, id: number, bytes: number): void {
    const node = this.#node++;
    this.nodeTypes[node] = type;
    this.#nodeNames[node] = name;
    this.#ids[node] = id;
    this.#sizes[node] = bytes;
    this.#firstEdge[node] = this.#targets.length;
  }

  #addEdge(object: number, kind: number, naming: number): void {
    const to = this.nodeOf(object);
    if (to === undefined) return;
    if (this.#weakly) {
      this.#push(EdgeType.weak, 0, to);
      return;
    }
    if (kind === BY_NUMBER) {
      const isNameless = (naming & NAMELESS) !== 0;
      this.#push(isNameless ? EdgeType.hidden : EdgeType.element, (naming & ~NAMELESS) >>> 0, to);
    } else if (kind === BY_OBJECT) {
      const how = naming & 3;
      const type =
        how === Naming.local
          ? EdgeType.context
          : how === Naming.isKey
            ? EdgeType.internal
            : EdgeType.property;
      this.#push(type, this.#nameByAddress(naming), to);
    } else {
      const { name, type } = this.#nameByNumber(naming);
      this.#push(type, name, to);
    }
  }

  #push(type: number, name: number, to: number): void {
    this.#edgeTypes.push(type);
    this.#edgeNames.push(name);
    this.#targets.push(to);
  }

  #nameByAddress(naming: number): number {
    const known = this.#byAddress.get(naming);
    if (known !== undefined) return known;
    const object = (naming & ~3) >>> 0;
    const how = naming & 3;
    const isText = how === Naming.attribute || how === Naming.local;
    const text = isText ? this.#describer.text(object) : this.#describer.key(object);
    const name = this.#texts.add(isText ? text : how === Naming.isKey ? `key ${text}` : `[${text}]`);
    this.#byAddress.set(naming, name);
    return name;
  }

  #nameByNumber(number: number): { name: number; type: number } {
    const known = this.#byNumber[number];
    if (known !== undefined) return known;
    const { name, isWeak } = this.#describer.edge(number);
    const made: { name: number; type: number } = {
      name: this.#texts.add(name),
      type: isWeak ? EdgeType.weak : EdgeType.internal,
    };
    // Declared fields are attributes; those with two underscores are shown greyed by DevTools, like all that is internal.
    if (!isWeak && !name.startsWith("__")) made.type = EdgeType.property;
    this.#byNumber[number] = made;
    return made;
  }
}

function countBefore({ words, bitmap, bitmapBytes }: Reached): Uint32Array {
  const first = bitmap >>> 2;
  const before = new Uint32Array(bitmapBytes >>> 2);
  let sum = 0;
  for (let i = 0; i < before.length; i++) {
    before[i] = sum;
    const word = words[first + i]!;
    if (word !== 0) sum += bitsIn(word);
  }
  return before;
}

/** How many bits of a word are set. */
function bitsIn(word: number): number {
  let n = word - ((word >>> 1) & 0x5555_5555);
  n = (n & 0x3333_3333) + ((n >>> 2) & 0x3333_3333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}
