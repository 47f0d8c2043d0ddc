/** Links between the pages lead somewhere, also those to a heading. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { pages } from "./pages.js";

const withoutCode = (text: string) => text.replace(/^( *)(`{3,})[^\n]*\n[\s\S]*?^\1\2$/gm, "");

/** The anchors of a page's headings, as GitHub makes them. */
function anchors(page: string): string[] {
  const headings = withoutCode(readFileSync(page, "utf8")).matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** What is wrong with a link of a page; undefined when it leads somewhere. */
function problem(page: string, target: string): string | undefined {
  if (/^[a-z]+:/.test(target)) return undefined;
  const [file, anchor] = target.split("#") as [string, string | undefined];
  const path = file === "" ? page : join(dirname(page), file);
  if (!existsSync(path)) return `${target}: no such file`;
  return anchor === undefined || anchors(path).includes(anchor) ? undefined : `${target}: no such heading`;
}

it.each(pages)("%s", (page) => {
  const links = withoutCode(readFileSync(page, "utf8")).matchAll(/\]\(([^)\s]+)\)/g);
  expect([...links].flatMap(([, target]) => problem(page, target!) ?? [])).toEqual([]);
});
