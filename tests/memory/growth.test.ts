/** The hard stop, on a memory of its own and with Emscripten's way of asking for more. */
import { describe, expect, test } from "vitest";
import { GrowthGuard, type Refusal } from "../../src/memory/growth.js";

const PAGE = 65_536;

/** A guarded memory of 100 pages, and what its listener heard. */
function guarded(limitPages: number) {
  const memory = new WebAssembly.Memory({ initial: 100, maximum: 10_000 });
  const refusals: Refusal[] = [];
  const grown: number[] = [];
  const guard = new GrowthGuard(memory, limitPages * PAGE, {
    grown: (bytes) => grown.push(bytes / PAGE),
    refused: (refusal) => refusals.push(refusal),
  });
  guard.install();
  return { memory, guard, refusals, grown, pages: () => memory.buffer.byteLength / PAGE };
}

/** As `_emscripten_resize_heap` does it; sizes in bytes. */
function emscriptenResize(memory: WebAssembly.Memory, requested: number): boolean {
  const old = memory.buffer.byteLength;
  for (let cut = 1; cut <= 4; cut *= 2) {
    const over = Math.min(old * (1 + 0.2 / cut), requested + 100_663_296);
    const size = Math.ceil(Math.max(requested, over) / PAGE) * PAGE;
    try {
      memory.grow(((size - old + PAGE - 1) / PAGE) | 0);
      return true;
    } catch {}
  }
  return false;
}

/** Uses page after page until there is none; how many. */
function fill(memory: WebAssembly.Memory): number {
  let needed = memory.buffer.byteLength / PAGE;
  while (needed * PAGE < memory.buffer.byteLength || emscriptenResize(memory, (needed + 1) * PAGE)) needed++;
  return needed;
}

describe("a memory with a limit", () => {
  test("grows to the last page, asked in Emscripten's way, and no further", () => {
    const { memory, refusals, pages } = guarded(1_000);
    const needed = fill(memory);
    expect([needed, pages()]).toEqual([1_000, 1_000]);
    expect(refusals).toEqual(
      Array(3).fill({ requestedBytes: expect.any(Number), memoryBytes: 1_000 * PAGE }),
    );
  });

  test("stays a twentieth short of it without the last jump: so the jump matters", () => {
    const memory = new WebAssembly.Memory({ initial: 100, maximum: 1_000 });
    expect(fill(memory)).toBeLessThan(1_000);
  });

  test("what is too large is refused for good at the third attempt, and the rest can still be had", () => {
    const { memory, refusals, pages } = guarded(1_000);
    expect(emscriptenResize(memory, 2_000 * PAGE)).toBe(false);
    expect(refusals).toEqual([{ requestedBytes: 2_000 * PAGE, memoryBytes: 100 * PAGE }]);
    expect(emscriptenResize(memory, 101 * PAGE)).toBe(true);
    expect(pages()).toBe(120);
  });

  test("an attempt that is followed by a smaller one is no refusal", () => {
    const { memory, refusals } = guarded(112);
    expect(emscriptenResize(memory, 101 * PAGE)).toBe(true);
    expect(refusals).toEqual([]);
  });

  test("says what it grows to, and answers as the real grow does", () => {
    const { memory, grown } = guarded(1_000);
    expect(memory.grow(10)).toBe(100);
    expect(memory.grow(0)).toBe(110);
    expect(grown).toEqual([110]);
    expect(() => memory.grow(891)).toThrow(RangeError);
    expect(() => memory.grow(-1)).toThrow(TypeError);
    expect(() => memory.grow(Number.NaN)).toThrow(TypeError);
    expect(() => memory.grow(2 ** 40)).toThrow(/refused by Moult/);
  });

  test("a limit that is not a whole number of pages counts as the pages below it", () => {
    const { memory, guard, pages } = guarded(1);
    guard.limit = 150 * PAGE + 1;
    memory.grow(50);
    expect(pages()).toBe(150);
    expect(() => memory.grow(1)).toThrow(RangeError);
  });
});

describe("taking it back", () => {
  test("leaves the memory as it was: no property of its own", () => {
    const { memory, guard } = guarded(110);
    expect(Object.hasOwn(memory, "grow")).toBe(true);
    expect(Object.keys(memory)).toEqual([]);
    guard.uninstall();
    expect(Object.hasOwn(memory, "grow")).toBe(false);
    expect(memory.grow(500)).toBe(100);
    guard.uninstall(); // A second time does nothing.
  });

  test("puts back what somebody had put there before", () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const theirs = (pages: number) => WebAssembly.Memory.prototype.grow.call(memory, pages);
    memory.grow = theirs;
    const guard = new GrowthGuard(memory, 2 * PAGE, { grown() {}, refused() {} });
    guard.install();
    expect(() => memory.grow(5)).toThrow(RangeError);
    guard.uninstall();
    expect(memory.grow).toBe(theirs);
  });

  test("lets everything pass where somebody has overridden it since, and does not undo theirs", () => {
    const { memory, guard } = guarded(110);
    const ours = memory.grow;
    const asked: number[] = [];
    memory.grow = (pages) => {
      asked.push(pages);
      return ours.call(memory, pages);
    };
    expect(() => memory.grow(500)).toThrow(RangeError);
    guard.uninstall();
    expect(memory.grow(500)).toBe(100);
    expect(asked).toEqual([500, 500]);
    // A new limit goes over both.
    const next = new GrowthGuard(memory, 700 * PAGE, { grown() {}, refused() {} });
    next.install();
    expect(() => memory.grow(200)).toThrow(RangeError);
    expect(memory.grow(1)).toBe(600);
    next.uninstall();
    expect(memory.grow(200)).toBe(601);
  });
});
