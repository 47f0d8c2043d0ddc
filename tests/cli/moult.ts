/** Runs the built command line as a user would, in a process of its own. */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The built command; `npm run build` makes it. */
export const MOULT = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** A Pyodide of another CPython line. */
export const PYODIDE_029 = fileURLToPath(new URL("../../node_modules/pyodide-0.29", import.meta.url));

/** The environment of the tests without what would change Python. */
export const ENVIRONMENT = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(PYTHON|MOULT_)/.test(name)),
);

/** How a process ended, and what it wrote. */
export interface Outcome {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions extends SpawnOptions {
  /** All of standard input; default: empty. */
  input?: string | Buffer;
}

/** Starts `moult` with these arguments. */
export function start(args: readonly string[], options: SpawnOptions = {}): Running {
  return new Running(spawn(process.execPath, [MOULT, ...args], { env: ENVIRONMENT, ...options }));
}

/** Runs `moult` to its end. */
export function moult(
  args: readonly string[],
  { input = "", ...options }: RunOptions = {},
): Promise<Outcome> {
  const running = start(args, options);
  running.child.stdin?.on("error", () => {}); // the program need not read it
  running.child.stdin?.end(input);
  return running.ended;
}

/** Runs code with `moult run -c`. */
export function python(code: string, options?: RunOptions): Promise<Outcome> {
  return moult(["run", "-c", code], options);
}

/** A started process. */
export class Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Outcome>;
  #stdout = "";
  #stderr = "";

  constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    this.ended = new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (status, signal) =>
        resolve({ status, signal, stdout: this.#stdout, stderr: this.#stderr }),
      );
    });
  }

  /** Resolves when stdout contains the text; rejects when the process ends without. */
  async saw(text: string): Promise<void> {
    const ended = this.ended.then(({ stdout, stderr }) => {
      if (!stdout.includes(text)) throw new Error(`ended without "${text}": ${stdout}${stderr}`);
    });
    const printed = new Promise<void>((resolve) => {
      const look = () => {
        if (!this.#stdout.includes(text)) return;
        this.child.stdout?.off("data", look);
        resolve();
      };
      this.child.stdout?.on("data", look);
      look();
    });
    await Promise.race([printed, ended]);
  }
}

/** A directory of its own for a test, with these files. */
export class Sandbox {
  readonly path = mkdtempSync(join(tmpdir(), "moult-cli-"));

  /** Writes a file and returns its path. */
  write(name: string, text: string): string {
    const path = join(this.path, name);
    writeFileSync(path, text);
    return path;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
