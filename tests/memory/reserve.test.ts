/** The reserve: when it is taken, and that it gives everything back. */
import { describe, expect, test } from "vitest";
import { Reserve } from "../../src/memory/reserve.js";

const MIB = 2 ** 20;

/** An allocator with so much room. */
class Room {
  readonly #blocks = new Map<number, number>();
  #next = 8;
  room: number;

  constructor(room: number) {
    this.room = room;
  }

  get used(): number {
    return [...this.#blocks.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  tryAllocate = (bytes: number): number => {
    if (this.used + bytes > this.room) return 0;
    this.#blocks.set(this.#next, bytes);
    return this.#next++;
  };

  free = (address: number): void => {
    if (!this.#blocks.delete(address)) throw new Error(`${address} is not allocated`);
  };
}

describe("the reserve", () => {
  test("is taken when there is room for it twice, and is no larger than it says", () => {
    const room = new Room(2 * MIB);
    const reserve = new Reserve(room, MIB);
    expect([reserve.complete, reserve.fill(), reserve.complete]).toEqual([false, true, true]);
    expect(room.used).toBe(MIB);
    expect(reserve.fill()).toBe(true);
    expect(room.used).toBe(MIB);
  });

  test("is left to the program while there is less: whoever runs on it is not to lose it", () => {
    const room = new Room(2 * MIB - 1);
    const reserve = new Reserve(room, MIB);
    expect(reserve.fill()).toBe(false);
    expect(room.used).toBe(0);
    room.room = 2 * MIB;
    expect(reserve.fill()).toBe(true);
  });

  test("the spare one is taken piece by piece, and says whether it had anything to give", () => {
    const room = new Room(3_000);
    const spare = Reserve.spare(room);
    expect([spare.fill(), room.used]).toEqual([false, 5 * 512]);
    expect([spare.release(), spare.release(), room.used]).toEqual([true, false, 0]);
    room.room = 2 ** 13;
    expect([spare.fill(), room.used]).toEqual([true, 2 ** 13]);
  });

  test("is released whole, any number of times", () => {
    const room = new Room(2 * MIB);
    const reserve = new Reserve(room);
    reserve.fill();
    reserve.release();
    reserve.release();
    expect([room.used, reserve.complete]).toEqual([0, false]);
  });
});
