/** `moult histogram`, `moult diff`, `moult path`: asking snapshot files. */
import { Command, InvalidArgumentError, Option } from "commander";
import { MoultError } from "../errors.js";
import { bytesText } from "../events/units.js";
import {
  className,
  dominatorsOf,
  growth,
  type HeapGraph,
  histogram,
  label,
  nodeWithId,
  pathLines,
  pathToRoot,
  suspects,
} from "../heap/index.js";
import { loadSnapshot } from "../platform/node/snapshot-files.js";
import { UsageError } from "./errors.js";
import { formatTable } from "./table.js";

const BY = ["class", "module", "site"] as const;
interface TableOptions {
  readonly by: (typeof BY)[number];
  readonly limit: number;
}

/** The three commands. */
export function snapshotCommands(): Command[] {
  return [histogramCommand(), diffCommand(), pathCommand()];
}

function histogramCommand(): Command {
  return tableCommand("histogram")
    .summary("count the objects in a snapshot")
    .description(
      "Counts the objects in a .heapsnapshot file, and their bytes. Last come leak suspects, where there are some.",
    )
    .argument("<file>", "a .heapsnapshot file")
    .option("--retained", "add what would be freed if all objects of a row were, and sort by that")
    .addHelpText(
      "after",
      "\nExamples:\n  moult histogram a.heapsnapshot\n  moult histogram --by module --retained a.heapsnapshot",
    )
    .action(async (file: string, { by, limit, retained }: TableOptions & { retained?: boolean }) => {
      const graph = await load(file);
      mustHave(graph, by);
      const rows = histogram(graph, { by, retained: retained === true });
      const heads = ["objects", "size", ...(retained === true ? ["retained"] : []), by];
      print(
        heads,
        rows.map(({ name, objects, bytes, retained: kept }) => [
          count(objects),
          bytesText(bytes),
          ...(kept === undefined ? [] : [bytesText(kept)]),
          shown(name),
        ]),
        limit,
      );
      printSuspects(graph);
    });
}

function diffCommand(): Command {
  return tableCommand("diff")
    .summary("compare two snapshots of one program")
    .description("Shows of what there is more, and less, in the second of two .heapsnapshot files.")
    .argument("<before>", "a .heapsnapshot file")
    .argument("<after>", "a later one of the same program")
    .addHelpText("after", "\nExample:\n  moult diff before.heapsnapshot after.heapsnapshot")
    .action(async (before: string, after: string, { by, limit }: TableOptions) => {
      const [first, second] = [await load(before), await load(after)];
      mustHave(first, by);
      mustHave(second, by);
      const rows = growth(first, second, { by }).map(({ name, moreObjects, moreBytes }) => [
        signed(moreObjects, count(Math.abs(moreObjects))),
        signed(moreBytes, bytesText(Math.abs(moreBytes))),
        shown(name),
      ]);
      if (rows.length === 0) process.stdout.write("no difference\n");
      else print(["objects", "size", by], rows, limit);
    });
}

function pathCommand(): Command {
  return new Command("path")
    .summary("show what keeps objects alive")
    .description(
      "Shows the shortest way from a root to an object of a class, or to the object with an id(), in a .heapsnapshot file.",
    )
    .helpOption("-h, --help", "print this help and exit")
    .argument("<file>", "a .heapsnapshot file")
    .option(
      "--type <class>",
      "the class, with or without its module; of its objects the one that retains most",
    )
    .addOption(new Option("--id <number>", "the id() of the object").argParser(number))
    .addHelpText(
      "after",
      "\nExamples:\n  moult path a.heapsnapshot --type Node\n  moult path a.heapsnapshot --id 17433920",
    )
    .action(async (file: string, { type, id }: { type?: string; id?: number }) => {
      if ((type === undefined) === (id === undefined))
        throw new UsageError("say of what: either --type or --id");
      const graph = await load(file);
      const node = type === undefined ? byId(graph, id!, file) : byType(graph, type, file);
      const path = pathToRoot(graph, node.chosen);
      process.stdout.write(`${node.text}\n`);
      if (path === undefined) process.stdout.write("no strong path leads to it\n");
      else
        for (const { by, what } of pathLines(graph, path))
          process.stdout.write(`${by === "" ? "" : `  ${shown(by.trim())}  ->  `}${shown(what)}\n`);
    });
}

function tableCommand(name: string): Command {
  return new Command(name)
    .helpOption("-h, --help", "print this help and exit")
    .addOption(
      new Option("--by <what>", "rows by class, by module, or by the line that made the object")
        .choices(BY)
        .default("class"),
    )
    .addOption(new Option("--limit <rows>", "how many rows to print").argParser(number).default(20));
}

function number(text: string): number {
  if (!/^\d+$/.test(text.trim())) throw new InvalidArgumentError("it must be a whole number.");
  return Number(text);
}

/** Reads a file; what is wrong with it is the user's to know in one line. */
async function load(file: string): Promise<HeapGraph> {
  try {
    return await loadSnapshot(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (error instanceof MoultError) throw new UsageError(message);
    if (code === "ENOENT") throw new UsageError(`can't read ${file}: there is no such file`);
    throw new UsageError(`can't read ${file}: ${message}`);
  }
}

function mustHave(graph: HeapGraph, by: TableOptions["by"]): void {
  if (by === "site" && graph.sites === undefined)
    throw new UsageError("the snapshot has no source lines: take it while tracemalloc is running");
}

function byId(graph: HeapGraph, id: number, file: string): { chosen: number; text: string } {
  const chosen = nodeWithId(graph, id);
  if (chosen === undefined) throw new UsageError(`no object with the id ${id} is in ${file}`);
  return { chosen, text: `${shown(label(graph, chosen))} at ${id}` };
}

function byType(graph: HeapGraph, type: string, file: string): { chosen: number; text: string } {
  const { retained } = dominatorsOf(graph);
  let [objects, chosen] = [0, -1];
  for (let node = 0; node < graph.nodes; node++) {
    const name = className(graph, node);
    if (name !== type && !name.endsWith(`.${type}`)) continue;
    objects++;
    if (chosen < 0 || retained[node]! > retained[chosen]!) chosen = node;
  }
  if (chosen < 0)
    throw new UsageError(`no object of a class "${type}" is in ${file}; see: moult histogram ${file}`);
  const of = objects === 1 ? "the only" : `the largest of ${count(objects)}`;
  return {
    chosen,
    text: `${of} ${shown(className(graph, chosen))}, which retains ${bytesText(retained[chosen]!)}:`,
  };
}

function printSuspects(graph: HeapGraph): void {
  for (const { kind, objects, className: name, node, retained, part, accumulation } of suspects(graph)) {
    const what = kind === "object" ? `one ${shown(label(graph, node))}` : `${count(objects)} ${shown(name)}`;
    const where = accumulation === node ? "" : `, together in ${shown(label(graph, accumulation))}`;
    process.stdout.write(
      `suspect: ${what}: ${bytesText(retained)}, ${Math.round(100 * part)} % of the heap${where}\n`,
    );
  }
}

function print(heads: readonly string[], rows: readonly (readonly string[])[], limit: number): void {
  process.stdout.write(formatTable(heads, rows.slice(0, limit)));
  if (rows.length > limit) process.stdout.write(`... and ${count(rows.length - limit)} more; see --limit\n`);
}

function count(objects: number): string {
  return objects.toLocaleString("en");
}

function signed(change: number, text: string): string {
  return change < 0 ? `-${text}` : `+${text}`;
}

/** Names come from the program: what would move a terminal's cursor is shown, not done. */
function shown(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
  return name.replace(/[\u0000-\u001f\u007f-\u009f]/g, (character) => JSON.stringify(character).slice(1, -1));
}
