/** `npm run test:differential` */
import { runBundled } from "../support/run-bundled.mjs";

await runBundled("tests/differential/main.ts");
