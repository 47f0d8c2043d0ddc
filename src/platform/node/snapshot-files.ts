/** Snapshots of the heap as files: written at once, piece by piece, since nobody may wait where memory is gone; read as a stream. */
import { closeSync, createReadStream, openSync, writeSync } from "node:fs";
import type { OpenFile } from "../../heap/api.js";
import { type HeapGraph, readSnapshot, writeSnapshot } from "../../heap/index.js";

/** Opens a file for writing; what is there is replaced. Throws what Node throws. */
export function openFile(path: string): OpenFile {
  const file = openSync(path, "w");
  return {
    write(piece) {
      const bytes = Buffer.from(piece);
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    },
    close: () => closeSync(file),
  };
}

/** Writes a graph to a file. Throws what Node throws: no such directory, a full disk. */
export function saveSnapshot(graph: HeapGraph, path: string): void {
  const file = openFile(path);
  try {
    writeSnapshot(graph, file.write);
  } finally {
    file.close();
  }
}

/** Reads one back. Throws what Node throws, and a MoultError "bad-snapshot". */
export function loadSnapshot(path: string): Promise<HeapGraph> {
  return readSnapshot(createReadStream(path, { encoding: "utf8", highWaterMark: 1 << 20 }), path);
}
