/**
 * Libraries from Debian packages, unpacked once into one tree: .cache/debian/tree is a root as packages see it, and links
 * that begin at / lead into it.
 */
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const cache = join(dirname(fileURLToPath(import.meta.url)), "../../.cache/debian");
const tree = join(cache, "tree");

/** The folder from which the packages' modules are imported. */
export const library = join(tree, "usr/lib/python3/dist-packages");

/** A package could not be had. */
export class Unavailable extends Error {}

/** Unpacks the packages that are not there yet. @param {readonly string[]} names */
export function unpack(names) {
  const missing = names.filter((name) => !existsSync(join(cache, name)));
  if (missing.length === 0) return;
  mkdirSync(tree, { recursive: true });
  for (const name of missing) fetchPackage(name);
  relink(tree);
  for (const name of missing) writeFileSync(join(cache, name), "");
}

/** @param {string} name */
function fetchPackage(name) {
  process.stderr.write(`fetching ${name} ...\n`);
  const work = mkdtempSync(join(cache, "fetch-"));
  try {
    execFileSync("apt-get", ["download", name], { cwd: work, stdio: ["ignore", "ignore", "pipe"] });
    const file = readdirSync(work).find((entry) => entry.endsWith(".deb"));
    execFileSync("dpkg", ["-x", join(work, file), tree]);
  } catch (error) {
    const detail = error.stderr?.toString().trim() || error.message;
    throw new Unavailable(`cannot get the Debian package ${name} (apt-get download, dpkg -x): ${detail}`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Makes links that begin at / begin at the tree. @param {string} folder */
function relink(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) relink(path);
    if (!entry.isSymbolicLink()) continue;
    const target = readlinkSync(path);
    if (!target.startsWith("/")) continue;
    rmSync(path);
    symlinkSync(relative(folder, join(tree, target)), path);
  }
}
