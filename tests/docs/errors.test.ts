/** docs/errors.md has every code of src/errors.ts, once, with a cause and a cure; and every code is thrown somewhere. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const page = readFileSync("docs/errors.md", "utf8");

/** The members of the type `MoultErrorCode`. */
function codes(): string[] {
  const source = readFileSync("src/errors.ts", "utf8");
  const union = /type MoultErrorCode =([^;]*);/.exec(source)![1]!;
  return [...union.matchAll(/"([a-z-]+)"/g)].map(([, code]) => code!);
}

/** Rows of the page's tables, by their code. */
function rows(text: string): Map<string, string[]> {
  const lines = text.split("\n").filter((line) => line.startsWith("| `"));
  return new Map(
    lines.map((line) => {
      const [code, ...rest] = line.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, "").trim());
      return [code!.replaceAll("`", ""), rest];
    }),
  );
}

/** What is missing on a page, or too much. */
function problems(text: string): string[] {
  const found = rows(text);
  const missing = codes().filter((code) => (found.get(code) ?? []).filter((cell) => cell !== "").length < 2);
  const unknown = [...found.keys()].filter((code) => !codes().includes(code));
  return [...missing, ...unknown];
}

test("every code has its cause and its cure", () => {
  expect(codes().length).toBeGreaterThan(15);
  expect(problems(page)).toEqual([]);
});

test("a code that is missing, or unknown, would be seen", () => {
  expect(problems(page.replace("| `busy` |", "| `bussy` |"))).toEqual(["busy", "bussy"]);
});

test("every code is thrown", () => {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".ts") && !name.endsWith("binary.ts"),
  );
  const source = files.map((name) => readFileSync(join("src", name), "utf8")).join("\n");
  const thrown = codes().filter((code) => source.split(`"${code}"`).length > 2);
  expect(thrown).toEqual(codes());
});
