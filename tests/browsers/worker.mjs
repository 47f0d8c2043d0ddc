/** The program of tests/places in a module worker. Workers have no import map: without a bundler they import by address. */

import * as heap from "../../dist/heap/index.js";
import { attach, withMoult } from "../../dist/index.js";
import { loadPyodide } from "../../node_modules/pyodide/pyodide.mjs";
import { runPlace } from "../places/program.mjs";
import { answer } from "./answer.mjs";

const load = withMoult(loadPyodide);
postMessage(await answer(() => runPlace({ load: (gc) => load({ gc }), attach, heap })));
