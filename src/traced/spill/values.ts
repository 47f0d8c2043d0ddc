/**
 * What a function's locals and its operand stack may hold of addresses.
 *
 * Values that stay on the operand stack while a call is made are nowhere in memory either. Each gets a variable of its own: it is
 * set by the instruction that left the value, and used by the one that takes it. Where that is a local's value, and the local keeps
 * it so long, the local itself will do.
 */
import { effectOf, type Width } from "../wasm/effects.js";
import { NO_RESULT, Op } from "../wasm/instructions.js";
import { I32, I64, type Signature, type Signatures } from "../wasm/signatures.js";
import { type Flow, FUNCTION, isOpener } from "./flow.js";

/** The locals an address may have come from into a value; `ANYWHERE` when it may be one whatever they hold. */
type Source = readonly number[] | typeof ANYWHERE;
const ANYWHERE = "anywhere";

/** A value on the operand stack. */
interface Value {
  /** The instruction that left it. */
  readonly at: number;
  readonly width: Width;
  readonly source: Source;
  /** A call is made while it is there. */
  isHeld: boolean;
}

/** A block that is open. */
interface Block {
  readonly result: number | undefined;
  /** Values that were there when it began. */
  readonly height: number;
  /** Never run: it is behind a branch. */
  readonly isSkipped: boolean;
}

/** What may hold an address: first locals, then values that are held while calls are made. */
export interface Variable {
  readonly width: 4 | 8;
  /** The local; undefined for a value, which has none yet. */
  readonly local: number | undefined;
}

/** The variables of a function; named by their index. */
export interface Values {
  readonly variables: readonly Variable[];
  /** The variable of a local; undefined for those without addresses. */
  readonly ofLocal: readonly (number | undefined)[];
  /** Variables that an instruction sets by what it leaves on the stack, and those that it uses by taking it from there. */
  readonly sets: ReadonlyMap<number, number>;
  readonly uses: ReadonlyMap<number, readonly number[]>;
}

/** A value that was taken from the stack after a call. */
interface Held {
  readonly value: Value;
  /** The instruction that took it. */
  readonly by: number;
  /** The local that kept it as well. */
  readonly local: number | undefined;
}

/** A function as simulation needs it. */
export interface Subject {
  readonly flow: Flow;
  readonly signatures: Signatures;
  readonly params: number;
  readonly result: number | undefined;
  /** Types of all locals, parameters first. */
  readonly locals: readonly number[];
  /** True for a call during which roots must be in memory. */
  mayCollect(at: number): boolean;
}

/** Runs through a function's code once, and finds out. Throws a RangeError where the stack does not work out. */
export function valuesOf(subject: Subject): Values {
  const { held, assigned } = new Simulation(subject).run();
  const mayBe = addressesAmong(subject, assigned);
  const variables: Variable[] = [];
  const ofLocal = subject.locals.map((type, local) => {
    const width = widthOf(type);
    return width !== 0 && mayBe[local] ? variables.push({ width, local }) - 1 : undefined;
  });
  const sets = new Map<number, number>();
  const uses = new Map<number, number[]>();
  for (const { value, by, local } of held) {
    const { width, source, at } = value;
    if (width === 0 || !(source === ANYWHERE || source.some((from) => mayBe[from]))) continue;
    let variable = local === undefined ? sets.get(at) : ofLocal[local];
    if (variable === undefined) {
      variable = variables.push({ width, local: undefined }) - 1;
      sets.set(at, variable);
    }
    uses.set(by, [...(uses.get(by) ?? []), variable]);
  }
  return { variables, ofLocal, sets, uses };
}

function widthOf(type: number): Width {
  if (type === I32) return 4;
  return type === I64 ? 8 : 0;
}

/** Which locals may ever hold an address. */
function addressesAmong({ params, locals }: Subject, assigned: readonly Source[][]): boolean[] {
  const mayBe = locals.map((type, local) => local < params && type === I32);
  for (let isNew = true; isNew; ) {
    isNew = false;
    assigned.forEach((sources, local) => {
      if (mayBe[local]) return;
      mayBe[local] = sources.some((source) => source === ANYWHERE || source.some((from) => mayBe[from]));
      isNew ||= mayBe[local]!;
    });
  }
  return mayBe;
}

class Simulation {
  readonly #subject: Subject;
  readonly #stack: Value[] = [];
  readonly #blocks: Block[];
  readonly #held: Held[] = [];
  /** What locals are set to. */
  readonly #assigned: Source[][];
  /** The last instruction that set a local. */
  readonly #lastSet: number[];
  /** Behind a branch, up to the end of the block. */
  #isDead = false;

  constructor(subject: Subject) {
    this.#subject = subject;
    this.#blocks = [{ result: subject.result, height: 0, isSkipped: false }];
    this.#assigned = subject.locals.map(() => []);
    this.#lastSet = subject.locals.map(() => -1);
  }

  run(): { held: readonly Held[]; assigned: readonly Source[][] } {
    this.#subject.flow.code.forEach(({ op, value }, at) => {
      if (isOpener(op)) this.#open(op, value, at);
      else if (op === Op.end || op === Op.delegate) this.#close(at);
      else if (op === Op.else || op === Op.catch || op === Op.catchAll) this.#turn(op, value, at);
      else if (!this.#isDead) this.#step(op, value, at);
    });
    return { held: this.#held, assigned: this.#assigned };
  }

  #open(op: number, type: number, at: number): void {
    if (op === Op.if && !this.#isDead) this.#take(at);
    this.#blocks.push({ result: resultOf(type), height: this.#stack.length, isSkipped: this.#isDead });
  }

  #close(at: number): void {
    const { result, isSkipped } = this.#endPart(at);
    this.#blocks.pop();
    if (result !== undefined && !isSkipped) this.#leave(at, widthOf(result), ANYWHERE);
  }

  /** The next part of a block. */
  #turn(op: number, tag: number, at: number): void {
    const { isSkipped } = this.#endPart(at);
    if (op !== Op.catch || isSkipped) return;
    for (const type of this.#subject.signatures.tags[tag]!.params) this.#leave(at, widthOf(type), ANYWHERE);
  }

  /** What is on the stack when a part of a block ends is the block's result. */
  #endPart(at: number): Block {
    const block = this.#blocks.at(-1)!;
    if (!this.#isDead && block.result !== undefined) this.#take(at);
    this.#stack.length = block.height;
    this.#isDead = block.isSkipped;
    return block;
  }

  #step(op: number, value: number, at: number): void {
    const { signatures, locals } = this.#subject;
    switch (op) {
      case Op.get:
        this.#leave(at, widthOf(locals[value]!), [value]);
        break;
      case Op.set:
      case Op.tee:
        this.#assigned[value]!.push(this.#take(at).source);
        this.#lastSet[value] = at;
        if (op === Op.tee) this.#leave(at, widthOf(locals[value]!), [value]);
        break;
      case Op.call:
        this.#call(signatures.functions[value]!, at);
        break;
      case Op.callIndirect:
        this.#take(at);
        this.#call(signatures.types[value]!, at);
        break;
      case Op.brIf:
        this.#take(at);
        break;
      case Op.unreachable:
      case Op.rethrow:
        this.#leaveBlock();
        break;
      case Op.throw:
        this.#takeAll(signatures.tags[value]!.params, at);
        this.#leaveBlock();
        break;
      case Op.brTable:
        this.#take(at);
        this.#branch(at);
        break;
      case Op.br:
      case Op.return:
        this.#branch(at);
        break;
      default:
        this.#plain(op, value, at);
    }
  }

  #plain(op: number, value: number, at: number): void {
    const { takes, leaves } = effectOf({ op, value });
    const taken = Array.from({ length: takes }, () => this.#take(at));
    if (leaves === undefined) return;
    const width =
      leaves.width === "as taken"
        ? (Math.max(...taken.slice(1).map((each) => each.width)) as Width)
        : leaves.width;
    if (leaves.origin === "memory") this.#leave(at, width, ANYWHERE);
    else this.#leave(at, width, leaves.origin === "none" ? [] : union(taken));
  }

  #call({ params, result }: Signature, at: number): void {
    this.#takeAll(params, at);
    if (this.#subject.mayCollect(at)) {
      for (let i = this.#stack.length - 1; i >= 0 && !this.#stack[i]!.isHeld; i--)
        this.#stack[i]!.isHeld = true;
    }
    if (result !== undefined) this.#leave(at, widthOf(result), result === I32 ? ANYWHERE : []);
  }

  /** A branch takes what is on top as the result of the block that it leads to, if that has one. */
  #branch(at: number): void {
    const { flow, result } = this.#subject;
    const { code, targets } = flow;
    const [to = FUNCTION] = targets.get(at) ?? [];
    const wanted = to === FUNCTION ? result : resultOf(code[to]!.value);
    if (wanted !== undefined && code[to]?.op !== Op.loop) this.#take(at);
    this.#leaveBlock();
  }

  #leaveBlock(): void {
    this.#isDead = true;
    this.#stack.length = this.#blocks.at(-1)!.height;
  }

  #leave(at: number, width: Width, source: Source): void {
    this.#stack.push({ at, width, source, isHeld: false });
  }

  #take(by: number): Value {
    const value = this.#stack.pop();
    if (value === undefined || this.#stack.length < this.#blocks.at(-1)!.height)
      throw new RangeError("an instruction takes a value that is not there");
    if (value.isHeld) this.#held.push({ value, by, local: this.#localOf(value.at) });
    return value;
  }

  #takeAll(types: readonly number[], by: number): void {
    for (let left = types.length; left > 0; left--) this.#take(by);
  }

  /** The local that has the value that an instruction has left, if it has it still. */
  #localOf(at: number): number | undefined {
    const { op, value } = this.#subject.flow.code[at]!;
    const isKept = op === Op.get ? this.#lastSet[value]! < at : op === Op.tee && this.#lastSet[value] === at;
    return isKept ? value : undefined;
  }
}

/** The type of a block's result. It is one byte, which was read as a signed number. */
function resultOf(type: number): number | undefined {
  if (type >= 0) throw new RangeError("a block that takes values");
  const byte = type & 0x7f;
  return byte === NO_RESULT ? undefined : byte;
}

function union(values: readonly Value[]): Source {
  const locals = new Set<number>();
  for (const { source } of values) {
    if (source === ANYWHERE) return ANYWHERE;
    for (const local of source) locals.add(local);
  }
  return [...locals];
}
