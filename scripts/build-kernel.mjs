/**
 * Compiles kernel/ (AssemblyScript) to build/kernel.wasm, and the heap kernel to build/heap-kernel.wasm. Of each the same
 * bytes, compressed, are written as base64 to a TypeScript file, so that the library needs no file system and no bundler
 * plug-in. Compressed before it is base64, a kernel is a quarter smaller on its way to a browser than compressed after it.
 * Refuses a kernel that breaks the kernel rules: no data or element segments, and a size limit.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import zopfli from "@gfx/zopfli";
import asc from "assemblyscript/asc";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

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

/** The same of the heap kernel. */
const SABOTAGED_HEAP = {
  "capture-skips-values": "MOULT_CAPTURE_SKIPS_VALUES",
};

/** The same of the traced kernel. */
const SABOTAGED_TRACED = {
  "traced-follows-lists": "MOULT_FOLLOWS_LISTS",
  "traced-forgets-reference": "MOULT_FORGETS_REFERENCE",
  "traced-forgets-class": "MOULT_FORGETS_CLASS",
  "traced-forgets-code": "MOULT_FORGETS_CODE",
  "traced-claims-parts": "MOULT_CLAIMS_PARTS",
  "traced-misses-changes": "MOULT_MISSES_CHANGES",
  "traced-forgets-values": "MOULT_FORGETS_VALUES",
  "traced-trusts-leaves": "MOULT_TRUSTS_LEAVES",
};

/** The modules that are shipped, with the constants that each is compiled with, and the same with faults. */
const KERNELS = [
  {
    entry: "kernel/index.ts",
    name: "kernel",
    limit: 40 * 1024,
    binary: "src/kernel/binary.ts",
    constants: [],
    features: [],
    sabotaged: SABOTAGED,
  },
  {
    entry: "kernel/heap/index.ts",
    name: "heap-kernel",
    limit: 16 * 1024,
    binary: "src/heap/binary.ts",
    constants: [],
    features: [],
    sabotaged: SABOTAGED_HEAP,
  },
  {
    entry: "kernel/traced/index.ts",
    name: "traced-kernel",
    limit: 20 * 1024,
    binary: "src/traced/binary.ts",
    constants: ["MOULT_TAGS_BLOCKS"],
    features: ["simd"],
    sabotaged: SABOTAGED_TRACED,
  },
];

/** Takes its time to find what is 6 % shorter than what zlib finds. */
const compress = promisify(zopfli.gzip);

/** Compiles with some constants set, and with features of the engine beyond those that any has. */
const compileWith = (entry, output, constants, features) =>
  compile(entry, output, [
    ...constants.flatMap((constant) => ["--use", `${constant}=1`]),
    ...features.flatMap((feature) => ["--enable", feature]),
  ]);

mkdirSync(join(root, "build/sabotage"), { recursive: true });
for (const { entry, name, limit, binary, constants, features, sabotaged } of KERNELS) {
  for (const [fault, constant] of Object.entries(sabotaged))
    await compileWith(entry, `build/sabotage/${fault}.wasm`, [...constants, constant], features);
  await compileWith(entry, `build/${name}.wasm`, constants, features);
  const bytes = readFileSync(join(root, `build/${name}.wasm`));
  for (const { id } of sections(bytes)) {
    if (id === 9 || id === 11)
      throw new Error(`${name} has data or element segments: static data is forbidden`);
  }
  if (bytes.length > limit) throw new Error(`${name} has ${bytes.length} bytes, more than ${limit}`);
  mkdirSync(dirname(join(root, binary)), { recursive: true });
  const constant = `${name.toUpperCase().replace("-", "_")}_GZIP_BASE64`;
  const text = Buffer.from(await compress(bytes, {})).toString("base64");
  writeFileSync(
    join(root, binary),
    `// Written by scripts/build-kernel.mjs.\nexport const ${constant} =\n  "${text}";\n`,
  );
}
