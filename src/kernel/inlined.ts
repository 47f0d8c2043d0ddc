/** Kernels that come inside the library: compressed, as text. */

/** The bytes of what scripts/build-kernel.mjs wrote. */
export async function inlinedBytes(gzipBase64: string): Promise<ArrayBuffer> {
  const packed = Uint8Array.from(atob(gzipBase64), (character) => character.charCodeAt(0));
  const { readable, writable } = new DecompressionStream("gzip");
  const writer = writable.getWriter();
  const written = writer.write(packed).then(() => writer.close());
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  // Neither by `Response`, which in Node loads a whole HTTP client, nor by `for await`, which Safari lacks.
  const reader = readable.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) chunks.push(part.value);
  await written;
  return new Blob(chunks).arrayBuffer();
}
