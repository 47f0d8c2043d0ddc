/**
 * Compiles kernel/ (AssemblyScript) to build/kernel.wasm, and the heap kernel to build/heap-kernel.wasm. Of each the same
 * bytes are written as base64 to a TypeScript file, so that the library needs no file system and no bundler plug-in.
 * Refuses a kernel that breaks the kernel rules: no data or element segments, and a size limit.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** The modules that are shipped. */
const KERNELS = [
  { entry: "kernel/index.ts", name: "kernel", limit: 40 * 1024, binary: "src/kernel/binary.ts" },
  { entry: "kernel/heap/index.ts", name: "heap-kernel", limit: 16 * 1024, binary: "src/heap/binary.ts" },
];

async function compile(entry, output, extra) {
  const { error, stderr } = await asc.main([
    entry,
    "--baseDir",
    root,
    "--outFile",
    output,
    "-O3",
    "--noAssert",
    "--runtime",
    "stub",
    "--importMemory",
    "--importTable",
    "--noExportMemory",
    "--initialMemory",
    "1",
    "--use",
    "abort=",
    "--disable",
    "mutable-globals",
    "--disable",
    "sign-extension",
    "--disable",
    "nontrapping-f2i",
    ...extra,
  ]);
  if (error) {
    process.stderr.write(stderr.toString());
    throw error;
  }
}

/** Section ids of a wasm module, with their payloads' first bytes. */
function* sections(bytes) {
  let at = 8;
  const leb = () => {
    let value = 0,
      shift = 0,
      byte;
    do {
      byte = bytes[at++];
      value |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte & 0x80);
    return value >>> 0;
  };
  while (at < bytes.length) {
    const id = bytes[at++];
    const size = leb();
    yield { id, size };
    at += size;
  }
}

/** Kernels with a fault each, by file name (kernel/sabotage.ts); tests must catch every one. */
const SABOTAGED = {
  "frees-live": "MOULT_FREES_LIVE",
  "skips-visit": "MOULT_SKIPS_VISIT",
  "forgets-finalizer": "MOULT_FORGETS_FINALIZER",
  "trusts-stale": "MOULT_TRUSTS_STALE",
  "gives-twice": "MOULT_GIVES_TWICE",
  "finds-nothing": "MOULT_FINDS_NOTHING",
  "writes-live": "MOULT_WRITES_LIVE",
  "never-thaws": "MOULT_NEVER_THAWS",
  "bridge-frees-live": "MOULT_BRIDGE_FREES_LIVE",
  "bridge-forgets-finalizer": "MOULT_BRIDGE_FORGETS_FINALIZER",
};

mkdirSync(join(root, "build/sabotage"), { recursive: true });
for (const [name, constant] of Object.entries(SABOTAGED)) {
  await compile("kernel/index.ts", `build/sabotage/${name}.wasm`, ["--use", `${constant}=1`]);
}

for (const { entry, name, limit, binary } of KERNELS) {
  await compile(entry, `build/${name}.wasm`, []);
  const bytes = readFileSync(join(root, `build/${name}.wasm`));
  for (const { id } of sections(bytes)) {
    if (id === 9 || id === 11)
      throw new Error(`${name} has data or element segments: static data is forbidden`);
  }
  if (bytes.length > limit) throw new Error(`${name} has ${bytes.length} bytes, more than ${limit}`);
  mkdirSync(dirname(join(root, binary)), { recursive: true });
  const constant = `${name.toUpperCase().replace("-", "_")}_BASE64`;
  writeFileSync(
    join(root, binary),
    `// Written by scripts/build-kernel.mjs.\nexport const ${constant} =\n  "${bytes.toString("base64")}";\n`,
  );
}
