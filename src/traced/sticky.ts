/**
 * Sticky counts: an object that was ever shared is never freed by counting.
 *
 *   exact     1 ‥ 0x1fffffff            as in stock CPython: nobody but its counted owners has it
 *   sticky    0x20000000 ‥ 0x3fffffff   shared at least once; changes no more, and reaches 0 never
 *   immortal  0x40000000 ‥              as in stock CPython
 *
 * An increment makes the count `STICKY`, a decrement leaves a sticky one alone. So a count of 1 still means that an object has
 * one owner, which is what CPython's changes in place rely on, and an exact count that reaches 0 still frees. The other sites,
 * those that were not found and those of C extensions, add and subtract one: exact counts stay exact, and sticky ones are
 * 268 million steps away from either end of their range.
 */
import type { Site, TaggedSite } from "./sites.js";
import { sitesIn, taggedSitesIn } from "./sites.js";
import { type Instruction, instructionsOf, NO_RESULT, Op } from "./wasm/instructions.js";
import { signedBytes } from "./wasm/leb.js";
import type { Edit, WasmModule } from "./wasm/module.js";
import { ALIGNED_4, insert, withIndex } from "./wasm/write.js";

/** The count of an object that has been shared. */
export const STICKY = 0x3000_0000;
/** Counts from here on are not exact. */
export const FIRST_STICKY = 0x2000_0000;

/** How many sites there are. */
export interface SiteCounts {
  readonly increments: number;
  readonly decrements: number;
  /** Decrements through references on the interpreter's stack. */
  readonly tagged: number;
}

/** As a message says it. */
export function textOfSites({ increments, decrements, tagged }: SiteCounts): string {
  return `${increments} increments, ${decrements} decrements and ${tagged} on the interpreter's stack`;
}

/** What makes the counts of a module sticky. */
export interface StickyEdits extends SiteCounts {
  readonly edits: readonly Edit[];
}

/** The edits that make counts sticky, and how many sites they are for. */
export function stickyEdits(module: WasmModule): StickyEdits {
  const edits: Edit[] = [];
  let [increments, decrements, tagged] = [0, 0, 0];
  for (const body of module.bodies) {
    const code = instructionsOf(module.bytes, body);
    const sites = sitesIn(code);
    // Two tests may lead to one step: the compiler has joined what comes after them.
    const steps = new Set<number>();
    const found: Edit[] = [];
    for (const site of sites) {
      if (site.kind === "decrement") found.push(raisedTest(code, site));
      else if (!steps.has(site.step)) found.push(...stickyIncrement(code, site));
      if (steps.has(site.step)) continue;
      steps.add(site.step);
      if (site.kind === "decrement") decrements++;
      else increments++;
    }
    const onStack = taggedSitesIn(code);
    tagged += onStack.length;
    found.push(...onStack.map((site) => passedBySticky(code, site)));
    edits.push(...found.sort((a, b) => a.start - b.start));
  }
  return { edits, increments, decrements, tagged };
}

/** The test lets sticky objects pass as it does immortal ones. */
function raisedTest(code: readonly Instruction[], { test }: Site): Edit {
  const { start, end, value } = code[test]!;
  return { start, end, bytes: [Op.constant, ...signedBytes(value - 0x2000_0000)] };
}

/**
 * Stores the sticky count, unless it is there: memory that is only read is not to be written. Where the test has a branch of
 * its own for immortal objects, sticky ones must not take it, for there CPython may count on their living for ever.
 */
function stickyIncrement(code: readonly Instruction[], site: Site): Edit[] {
  const { start } = code[site.step]!;
  const [counted, change, store] = [code[site.step + 1]!, code[site.step + 3]!, code[site.store]!];
  const sticky = [Op.constant, ...signedBytes(STICKY)];
  const value = { start: counted.start, end: change.end, bytes: sticky };
  if (site.isPlain) return [raisedTest(code, site), value];
  // The new count is used again: it must be there in any case.
  if (site.store !== site.step + 4) return [value];
  const before = [
    ...withIndex(Op.get, site.count),
    Op.constant,
    ...signedBytes(FIRST_STICKY),
    Op.lessSigned,
    Op.if,
    NO_RESULT,
  ];
  return [insert(start, before), value, insert(store.end, [Op.end])];
}

/** Sticky objects go where references go that are not counted. */
function passedBySticky(code: readonly Instruction[], { step, pointer, label }: TaggedSite): Edit {
  const { start } = code[step]!;
  const bytes = [
    ...withIndex(Op.get, pointer),
    ...[Op.load, ALIGNED_4, 0],
    ...[Op.constant, ...signedBytes(FIRST_STICKY), Op.greaterEqualSigned],
    ...withIndex(Op.brIf, label),
  ];
  return insert(start, bytes);
}
