/** Options from JavaScript: defaults, and one clear error for each way to get them wrong. */
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import type { MoultOptions } from "../../src/api.js";
import { OptionError } from "../../src/errors.js";
import { bytesOf, SIZES } from "../../src/options/bytes.js";
import { resolveOptions } from "../../src/options.js";

const EMPTY_MODULE = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

/** What a JavaScript caller without types may pass. */
const resolve = (options: unknown) => resolveOptions(options as MoultOptions);

describe("resolveOptions", () => {
  it("fills in the defaults", () => {
    const defaults = {
      plan: "incremental",
      pauseGoal: 1,
      stress: false,
      allocator: "pool",
      freezeAfterImports: false,
      memoryLimit: undefined,
      bridge: "auto",
      bridgeFinalizers: "sound",
      verify: 0,
      performanceEntries: false,
      sealed: false,
      tools: "auto",
      kernel: undefined,
    };
    expect(resolveOptions()).toEqual(defaults);
    expect(resolveOptions({})).toEqual(defaults);
    expect(resolve({ plan: undefined, kernel: undefined })).toEqual(defaults);
  });

  it("keeps what is given, frozen", () => {
    const options = resolveOptions({ plan: "builtin", verify: 3, sealed: true });
    expect(options).toMatchObject({ plan: "builtin", verify: 3, sealed: true });
    expect(Object.isFrozen(options)).toBe(true);
  });

  it("takes a compiled kernel, of another realm too", () => {
    const kernel = new WebAssembly.Module(EMPTY_MODULE);
    expect(resolveOptions({ kernel }).kernel).toBe(kernel);
    const foreign: WebAssembly.Module = runInNewContext("new WebAssembly.Module(bytes)", {
      bytes: EMPTY_MODULE,
    });
    expect(foreign).not.toBeInstanceOf(WebAssembly.Module);
    expect(resolveOptions({ kernel: foreign }).kernel).toBe(foreign);
  });

  it.each([
    [null, 'the options must be an object like { plan: "generational" }, not null'],
    ["generational", 'the options must be an object like { plan: "generational" }, not "generational"'],
    [[], 'the options must be an object like { plan: "generational" }, not an array'],
    [{ paln: "builtin" }, 'unknown option "paln"; did you mean "plan"?'],
    [{ Verify: 1 }, 'unknown option "Verify"; did you mean "verify"?'],
    [
      { colour: 1 },
      'unknown option "colour"; there are: plan, pauseGoal, stress, allocator, freezeAfterImports, memoryLimit, bridge, bridgeFinalizers, verify, performanceEntries, sealed, tools, kernel',
    ],
    [
      { toString: 1 },
      'unknown option "toString"; there are: plan, pauseGoal, stress, allocator, freezeAfterImports, memoryLimit, bridge, bridgeFinalizers, verify, performanceEntries, sealed, tools, kernel',
    ],
    [{ trace: true }, '"trace" is an option of the command line only; in JavaScript use moult.on()'],
    [
      { plan: "fast" },
      'option "plan" can\'t be "fast"; allowed: "builtin" or "generational" or "incremental"',
    ],
    [{ plan: null }, 'option "plan" can\'t be null; allowed: "builtin" or "generational" or "incremental"'],
    [{ pauseGoal: 0 }, 'option "pauseGoal" can\'t be 0; allowed: a number of milliseconds above 0'],
    [{ pauseGoal: -1 }, 'option "pauseGoal" can\'t be -1; allowed: a number of milliseconds above 0'],
    [{ pauseGoal: "1" }, 'option "pauseGoal" can\'t be "1"; allowed: a number of milliseconds above 0'],
    [{ stress: 1 }, 'option "stress" can\'t be 1; allowed: true or false'],
    [{ memoryLimit: 5n }, `option "memoryLimit" can't be 5n; allowed: ${SIZES}`],
    [{ verify: 4 }, 'option "verify" can\'t be 4; allowed: an integer from 0 to 3'],
    [{ verify: "2" }, 'option "verify" can\'t be "2"; allowed: an integer from 0 to 3'],
    [{ verify: 1.5 }, 'option "verify" can\'t be 1.5; allowed: an integer from 0 to 3'],
    [{ verify: Number.NaN }, 'option "verify" can\'t be NaN; allowed: an integer from 0 to 3'],
    [{ verify: 1n }, 'option "verify" can\'t be 1n; allowed: an integer from 0 to 3'],
    [{ sealed: 1 }, 'option "sealed" can\'t be 1; allowed: true or false'],
    [{ kernel: EMPTY_MODULE }, 'option "kernel" can\'t be an object; allowed: a WebAssembly.Module'],
    [{ kernel: () => 0 }, 'option "kernel" can\'t be a function; allowed: a WebAssembly.Module'],
  ])("refuses %o", (options, message) => {
    expect(() => resolve(options)).toThrow(new OptionError(message));
  });

  it.each([
    ...[0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 32 + 1],
    ...["0MiB", "-5MiB", "5 MIB", "5 TiB", "MiB", "", "4.1GiB", "1e9", "lots"],
  ])("refuses a memory limit of %o", (size) => {
    const shown = typeof size === "string" ? JSON.stringify(size) : size;
    expect(() => resolve({ memoryLimit: size })).toThrow(
      new OptionError(`option "memoryLimit" can't be ${shown}; allowed: ${SIZES}`),
    );
  });

  it("keeps a long wrong value short", () => {
    expect(() => resolve({ plan: "x".repeat(1000) })).toThrow(/^option "plan" can't be "x{57}\.\.\."; /);
    expect(() => resolve({ ["x".repeat(1000)]: 1 })).toThrow(/^unknown option "x{57}\.\.\."; there are: /);
  });
});

describe("sizes", () => {
  it.each([
    [1, 1],
    [2 ** 32, 2 ** 32],
    ["256MiB", 256 * 2 ** 20],
    ["256 MiB", 256 * 2 ** 20],
    [" 1kB ", 1_000],
    ["1KiB", 1_024],
    ["1.5GB", 1_500_000_000],
    ["4GiB", 2 ** 32],
    ["1MB", 1_000_000],
    ["100B", 100],
    ["100", 100],
    ["0.3B", undefined],
    [{}, undefined],
    [null, undefined],
  ])("%o is %s bytes", (size, bytes) => {
    expect(bytesOf(size)).toBe(bytes);
  });
});
