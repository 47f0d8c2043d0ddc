/**
 * Browsers as programs that open an address, headless and with a profile of their own. The pages tell the test's server what
 * they found, so nothing here is particular to how one browser or another is driven.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CHROMIUM_FLAGS, chromiumPath } from "../support/chromium.js";
import { findProgram } from "../support/program.js";
import type { PageServer } from "./server.js";

/** A browser that may be there. */
export interface BrowserProgram {
  readonly name: string;
  /** Undefined where it is not installed. */
  readonly path: string | undefined;
  /** The variable of the environment that names another. */
  readonly variable: string;
  /** What it is started with, before the address. */
  readonly arguments: (profile: string) => readonly string[];
}

const CHROMIUM: BrowserProgram = {
  name: "Chromium",
  path: chromiumPath,
  variable: "CHROMIUM",
  arguments: (profile) => [
    ...CHROMIUM_FLAGS,
    "--headless=new",
    "--no-first-run",
    "--remote-debugging-port=0", // Without it, a headless Chromium prints the page and ends.
    `--user-data-dir=${profile}`,
  ],
};

/** Firefox is silent about itself with these. */
const FIREFOX_SETTINGS = {
  "browser.aboutwelcome.enabled": false,
  "browser.shell.checkDefaultBrowser": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "toolkit.telemetry.reportingpolicy.firstRun": false,
};

const FIREFOX: BrowserProgram = {
  name: "Firefox",
  path: findProgram(["firefox", "firefox-esr"], process.env.FIREFOX),
  variable: "FIREFOX",
  arguments: (profile) => {
    const lines = Object.entries(FIREFOX_SETTINGS).map(
      ([name, value]) => `user_pref("${name}", ${value});\n`,
    );
    writeFileSync(join(profile, "user.js"), lines.join(""));
    return ["--headless", "--no-remote", "--profile", profile];
  },
};

export const BROWSERS = [CHROMIUM, FIREFOX];

/** Opens an address in a fresh browser, waits for the page's answer, and ends the browser. */
export async function ask(browser: BrowserProgram, server: PageServer, path: string): Promise<unknown> {
  const profile = mkdtempSync(join(tmpdir(), "moult-browser-"));
  const args = [...browser.arguments(profile), `${server.url}${path}`];
  const program = spawn(browser.path!, args, { detached: true, stdio: "ignore" });
  try {
    const answer = await Promise.race([server.nextAnswer(), endOf(program, browser.name)]);
    return JSON.parse(answer);
  } finally {
    await stop(program);
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function endOf(program: ChildProcess, name: string): Promise<never> {
  const [code] = await once(program, "exit");
  throw new Error(`${name} ended with exit code ${code} before the page had answered`);
}

/** Ends it and the processes that it started: they are a group. */
async function stop(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null || program.pid === undefined) return;
  const ended = once(program, "exit");
  process.kill(-program.pid, "SIGKILL");
  await ended;
}
