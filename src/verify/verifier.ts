/** What a plan tells those who check it. */
import type { Generation } from "../api.js";

/** Checks a collection while it runs; throws VerifyError on a mismatch, before anything is freed. */
export interface Verifier {
  /** Trial deletion is done: `trash` is the list of objects to be disposed of, `reachable` holds survivors. */
  beforeDisposal(generation: Generation, trash: number, reachable: number): void;
  /** Disposal is done. */
  afterDisposal(reachable: number): void;
}
