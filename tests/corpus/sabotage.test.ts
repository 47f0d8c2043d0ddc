/** The checks can fail: the corpus and the random heaps each find every fault, and none where there is none. */
import { describe, expect, it } from "vitest";
import { corpusFinds, FAKES, fuzzFinds, sabotagedKernels } from "./sabotage.js";
import { SUBJECTS, start } from "./subjects.js";

const kernels = sabotagedKernels();

describe.each([
  ["the corpus", corpusFinds],
  ["the random heaps", fuzzFinds],
] as const)("sabotage found by %s", (_, finds) => {
  it("nothing, in a sound collector", async () => {
    expect(await finds(() => start(SUBJECTS[0]!))).toBeUndefined();
  });

  it.each(FAKES)("a collector that $name", async ({ open }) => {
    expect(await finds(open)).toBeDefined();
  });

  if (kernels.length === 0)
    it.skip("no sabotaged kernels: `npm run build:kernel` has not been run", () => {});
  it.each(kernels)("the kernel $name", async ({ open }) => {
    expect(await finds(open, "generational")).toBeDefined();
  });
});

describe.skipIf(kernels.length === 0)("sabotage found by verify", () => {
  // To forget a finalizer leaves the graph as it should be: verify cannot see it.
  it.each(kernels.filter(({ name }) => name !== "forgets-finalizer"))(
    "the kernel $name",
    async ({ open }) => {
      expect(await corpusFinds(() => open({ verify: 2 }), "generational")).toContain("VerifyError");
    },
  );
});
