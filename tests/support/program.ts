/** Programs of the system that tests need. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The path of the first of `names` that starts; `named`, from the environment, is asked instead of them. Undefined: none. */
export function findProgram(names: readonly string[], named: string | undefined): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const paths =
    named === undefined ? names.flatMap((name) => folders.map((folder) => join(folder, name))) : [named];
  return paths.find((path) => existsSync(path) && spawnSync(path, ["--version"]).status === 0);
}
