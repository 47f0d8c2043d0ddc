/** Reading code blocks from pages. */
import { describe, expect, it } from "vitest";
import { markedBlocks, outputPattern } from "./blocks.js";

const blocks = (text: string) => markedBlocks("page.md", text);

describe("markedBlocks", () => {
  it("finds blocks that are marked, with their output", () => {
    const page = "Text\n\n```js run\nlog(1)\n```\n\n```text\n1\n```\n\n```js\nnot this\n```\n";
    expect(blocks(page)).toEqual([
      { page: "page.md", line: 3, language: "js", code: "log(1)\n", action: { kind: "run" }, output: "1\n" },
    ]);
  });

  it("takes only an output that follows at once", () => {
    expect(blocks("```sh run\na\n```\nwords\n```text\n1\n```\n")[0]?.output).toBeUndefined();
    expect(blocks("```sh run\na\n```\n```python\n1\n```\n")[0]?.output).toBeUndefined();
  });

  it("takes files, longer fences and blocks in lists", () => {
    expect(blocks("````python file=a.py\n```\n````\n")[0]).toMatchObject({
      code: "```\n",
      action: { kind: "file", name: "a.py" },
    });
    expect(blocks("- item\n  ```sh run\n  a\n    b\n  ```\n")[0]?.code).toBe("a\n  b\n");
  });

  it.each(["js ran", "ruby run", "js run fast", "js file=../a"])("refuses the info string %o", (info) => {
    expect(() => blocks(`\n\`\`\`${info}\n\`\`\`\n`)).toThrow(
      `page.md:2: can't read the info string "${info}"`,
    );
  });

  it("refuses a block without end", () => {
    expect(() => blocks("```js run\n1\n")).toThrow("line 1: this block is never closed");
  });
});

describe("outputPattern", () => {
  it.each([
    ["a\nb\n", "a\nb\n", true],
    ["a\n", "a\nb\n", false],
    ["took ... ms\n", "took 1.5 ms\n", true],
    ["took ... ms\n", "took 1.5\nms\n", false],
    ["a\n...\nz\n", "a\nb\nc\nz\n", true],
    ["a\n...\nz\n", "a\nz\n", true],
    ["a.c (1)\n", "abc (1)\n", false],
    ["a\n", "a  \n", true],
  ])("%o against %o: %o", (expected, found, fits) => {
    expect(outputPattern(expected).test(found)).toBe(fits);
  });
});
