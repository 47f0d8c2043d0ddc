/** `npm run test:fuzz` */
import { runBundled } from "../support/run-bundled.mjs";

await runBundled("tests/fuzz/main.ts");
