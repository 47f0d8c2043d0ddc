#!/usr/bin/env node
import { runPython } from "../platform/node/python-process.js";
process.exit(await runPython({ pyodideDirectory: process.env.PYO ?? "/work/wt/cli/node_modules/pyodide", pythonArguments: process.argv.slice(2), workingDirectory: process.cwd(), environment: process.env as Record<string,string>, collector: null, trace: false, report: false, jsonFile: null }));
