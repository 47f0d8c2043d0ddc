/**
 * Finds the benchmark programs and reads their heads: the first line says what a program measures, the
 * line "Collections:" whether the program collects by itself or leaves that to the collector, and a line "Group:"
 * which group it is of, when it is not the first.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), "programs");

/**
 * @typedef {object} Program
 * @property {string} name
 * @property {string} path
 * @property {string} title  first line of its head
 * @property {boolean} automatic  whether automatic collections are part of what it measures
 * @property {Group} group  which tables it is in
 */

/** @typedef {"speed" | "pauses"} Group */

/** All programs, by name. @returns {Program[]} */
export function allPrograms() {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith(".py"));
  return files.sort().map((file) => {
    const path = join(FOLDER, file);
    return { name: file.slice(0, -".py".length), path, ...parseHead(readFileSync(path, "utf8"), file) };
  });
}

/**
 * @param {string} source
 * @param {string} file  for the error
 * @returns {{ title: string, automatic: boolean, group: Group }}
 */
export function parseHead(source, file) {
  const head = /^"""([\s\S]*?)"""/.exec(source)?.[1];
  const title = head?.split("\n")[0];
  const collections = /^Collections: (manual|automatic)$/m.exec(head ?? "")?.[1];
  for (const label of ["From:", "Parameters:", "Measures:", "Published:"]) {
    if (!head?.includes(`\n${label}`)) throw new Error(`${file}: its head lacks "${label}"`);
  }
  if (title === undefined || collections === undefined) {
    throw new Error(`${file}: its head lacks a first line or "Collections: manual" or "automatic"`);
  }
  const group = /^Group:\s+(.*)$/m.exec(head ?? "")?.[1] ?? "speed";
  if (group !== "speed" && group !== "pauses") {
    throw new Error(`${file}: its head has "Group: ${group}"; there are: speed, pauses`);
  }
  return { title, automatic: collections === "automatic", group };
}

/**
 * The programs with these names, or all of a group when there are none.
 *
 * @param {readonly string[]} names
 * @param {Group} [group]
 * @returns {Program[]}
 */
export function choosePrograms(names, group = "speed") {
  const programs = allPrograms();
  for (const name of names) {
    if (!programs.some((program) => program.name === name)) {
      const known = programs.map((program) => program.name).join(", ");
      throw new Error(`no benchmark "${name}"; there are: ${known}`);
    }
  }
  return programs.filter((program) =>
    names.length === 0 ? program.group === group : names.includes(program.name),
  );
}
