/** The pages of the documentation, as paths from the project's root. */
import { existsSync, readdirSync } from "node:fs";

const all = [
  "README.md",
  "ARCHITECTURE.md",
  ...readdirSync("docs", { recursive: true, encoding: "utf8" }).map((name) => `docs/${name}`),
];

export const pages = all.filter((page) => page.endsWith(".md") && existsSync(page));
