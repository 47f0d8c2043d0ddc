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

it.each(pages)("%s", (page) => {
  const links = withoutCode(readFileSync(page, "utf8")).matchAll(/\]\(([^)\s]+)\)/g);
  for (const [, target] of links) {
    if (/^[a-z]+:/.test(target!)) continue;
    const [file, anchor] = target!.split("#");
    const path = file === "" ? page : join(dirname(page), file!);
    expect(existsSync(path), `${target}: no such file`).toBe(true);
    if (anchor !== undefined) expect(anchors(path), `${target}: no such heading`).toContain(anchor);
  }
});
