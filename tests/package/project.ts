/** An empty project into which the packed package is installed, as a user would do it. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

export const root = join(import.meta.dirname, "../..");

export interface Project {
  /** The package as `npm publish` would send it. */
  readonly tarball: string;
  readonly folder: string;
  /** Writes a file of the project. */
  write(name: string, content: string): void;
  /** Runs a program in the project, those that packages bring included; its output. Fails where it fails. */
  run(command: string, ...args: string[]): string;
}

/** Packs the built package and installs it; Pyodide is the one of this repository. */
export function emptyProject(): Project {
  const folder = join(root, ".cache/project");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const env = {
    ...process.env,
    PATH: [join(folder, "node_modules/.bin"), process.env.PATH].join(delimiter),
  };
  const run = (cwd: string, command: string, args: readonly string[]) => {
    try {
      return execFileSync(command, args, { cwd, env, encoding: "utf8", stdio: "pipe" });
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      throw new Error(`${command} ${args.join(" ")} failed:\n${stdout}${stderr}`);
    }
  };
  // Not `prepack` or its like: what is built is what is tested.
  run(root, "npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder]);
  const tarball = join(folder, readdirSync(folder).find((name) => name.endsWith(".tgz"))!);
  const write = (name: string, content: string) => writeFileSync(join(folder, name), content);
  write("package.json", '{ "private": true, "type": "module" }\n');
  const pyodide = realpathSync(join(root, "node_modules/pyodide"));
  run(folder, "npm", ["install", "--no-fund", "--no-audit", "--prefer-offline", tarball, pyodide]);
  return { tarball, folder, write, run: (command, ...args) => run(folder, command, args) };
}
