/**
 * Code in the documentation that is run by the tests. A fenced block says so in its info string:
 *
 *     ```js run          a program of its own, with `moult` as an installed package would be
 *     ```python run      run in a Pyodide with Moult attached, in names of its own
 *     ```sh run          run by sh, with `moult` on the PATH, beside the files of the page
 *     ```python file=a.py   not run: written to a file for the sh blocks after it
 *
 * A ```text block that follows, with nothing but blank lines between, is the output that is expected. In it
 * `...` stands for anything on one line, and a line of only `...` for any lines.
 */
import { readFileSync } from "node:fs";

const LANGUAGES = ["js", "ts", "python", "sh"] as const;

export interface Block {
  readonly page: string;
  /** The line of the opening fence, from 1. */
  readonly line: number;
  readonly language: (typeof LANGUAGES)[number];
  readonly code: string;
  readonly action: { readonly kind: "run" } | { readonly kind: "file"; readonly name: string };
  /** The text block that follows. */
  readonly output: string | undefined;
}

interface Fence {
  readonly line: number;
  readonly info: string;
  readonly body: string;
  /** Nothing but blank lines since the fence before. */
  readonly follows: boolean;
}

/** All fenced blocks of a page, also those inside of lists (their indentation is taken off). */
function* fences(text: string): Generator<Fence> {
  const lines = text.split("\n");
  let follows = false;
  for (let n = 0; n < lines.length; n++) {
    const open = /^( *)(`{3,})(.*)$/.exec(lines[n]!);
    if (open === null) {
      if (lines[n]!.trim() !== "") follows = false;
      continue;
    }
    const [, indent, ticks, info] = open as unknown as [string, string, string, string];
    const start = n;
    while (++n < lines.length && lines[n]!.trim() !== ticks);
    if (n >= lines.length) throw new Error(`line ${start + 1}: this block is never closed`);
    const body = lines.slice(start + 1, n).map((line) => line.slice(indent.length));
    yield { line: start + 1, info: info.trim(), body: `${body.join("\n")}\n`, follows };
    follows = true;
  }
}

/** The blocks of a page that are marked. An info string that is not understood is an error. */
export function markedBlocks(page: string, text = readFileSync(page, "utf8")): Block[] {
  const all = [...fences(text)];
  return all.flatMap(({ line, info, body }, n) => {
    const [language, ...words] = info.split(/\s+/);
    if (words.length === 0) return [];
    const known = LANGUAGES.find((candidate) => candidate === language);
    const name = /^file=([\w.-]+)$/.exec(words[0]!)?.[1];
    if (known === undefined || words.length > 1 || (words[0] !== "run" && name === undefined)) {
      throw new Error(`${page}:${line}: can't read the info string "${info}"`);
    }
    const next = all[n + 1];
    const output = next?.follows && next.info === "text" ? next.body : undefined;
    const action = name === undefined ? ({ kind: "run" } as const) : ({ kind: "file", name } as const);
    return { page, line, language: known, code: body, action, output };
  });
}

/** A pattern for the output that a page expects. */
export function outputPattern(expected: string): RegExp {
  const lines = expected.trimEnd().split("\n");
  const pattern = lines.map((line) => {
    if (line.trim() === "...") return "(?:.*\n)*?";
    const parts = line
      .trimEnd()
      .split("...")
      .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
    return `${parts.join(".*")}[ \t]*\n`;
  });
  return new RegExp(`^${pattern.join("")}$`);
}
