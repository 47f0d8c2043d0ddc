/** What is bundled: Moult and Pyodide's loader. Pyodide's other files stay as they are, at an address of their own. */
import { attach } from "moult";
import * as heap from "moult/heap";
import { loadPyodide } from "moult/pyodide";
import { runPlace } from "../../places/program.mjs";
import { answer } from "../answer.mjs";

const indexURL = new URL("/node_modules/pyodide/", location.href).href;

export const answerPlace = () =>
  answer(() => runPlace({ load: (gc) => loadPyodide({ indexURL, gc }), attach, heap }));
