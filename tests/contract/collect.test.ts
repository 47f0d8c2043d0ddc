/** `gc.collect`: arguments, errors, return value. */
import { expect } from "vitest";
import { contract } from "../support/contract.js";

contract("gc.collect", ({ it, run }) => {
  it("returns the number of unreachable objects", () => {
    expect(
      run(`
        gc.disable()
        gc.collect()
        for _ in range(5):
            a = []; a.append(a)
        del a
        gc.collect()
      `),
    ).toBe(5);
  });
});
