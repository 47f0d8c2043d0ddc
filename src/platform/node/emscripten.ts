/**
 * The parts of Emscripten's file system and module that the Node platform uses. They are the same in all
 * Pyodide releases that Moult supports; nothing here depends on a CPython version.
 */

/** Operations on a name: what a directory, or the entry itself, can do. */
export interface NodeOps {
  getattr(node: FsNode): FsStat;
  setattr(node: FsNode, attr: FsAttributes): void;
  lookup(parent: FsNode, name: string): FsNode;
  mknod(parent: FsNode, name: string, mode: number, device: number): FsNode;
  rename(node: FsNode, newParent: FsNode, newName: string): void;
  unlink(parent: FsNode, name: string): void;
  rmdir(parent: FsNode, name: string): void;
  readdir(node: FsNode): string[];
  symlink(parent: FsNode, name: string, target: string): FsNode;
  readlink(node: FsNode): string;
  statfs?(path: string): object;
}

/** Operations on an open file. */
export interface StreamOps {
  open?(stream: FsStream): void;
  close?(stream: FsStream): void;
  fsync?(stream: FsStream): void;
  getattr?(stream: FsStream): FsStat;
  setattr?(stream: FsStream, attr: FsAttributes): void;
  read?(stream: FsStream, buffer: Uint8Array, offset: number, length: number, position: number): number;
  write?(stream: FsStream, buffer: Uint8Array, offset: number, length: number, position: number): number;
}

/** An entry of the file system. `parent === itself` at the root. */
export interface FsNode {
  name: string;
  mode: number;
  parent: FsNode;
  mount: { opts: { root?: string } };
  node_ops: NodeOps;
  stream_ops: StreamOps;
  /** MEMFS keeps a directory's own entries here. */
  contents?: Record<string, FsNode>;
}

/** An open file description. */
export interface FsStream {
  node: FsNode;
  flags: number;
  /** The host's file descriptor, of a file that NODEFS opened. */
  nfd?: number;
  seekable?: boolean;
}

/** What `stat` gives; times are Dates. */
export interface FsStat {
  dev: number;
  ino: number;
  mode: number;
}

/** What `chmod`, `utime` and `truncate` set. */
export interface FsAttributes {
  mode?: number;
}

/** Emscripten's `FS`. */
export interface EmscriptenFS {
  readonly root: FsNode;
  readonly filesystems: { NODEFS: NodeFileSystem };
  readonly ErrnoError: new (errno: number) => Error;
  createNode(parent: FsNode, name: string, mode: number, device: number): FsNode;
  lookupNode(parent: FsNode, name: string): FsNode;
  hashRemoveNode(node: FsNode): void;
  isFile(mode: number): boolean;
  isDir(mode: number): boolean;
  rmdir(path: string): void;
  chdir(path: string): void;
}

/** Emscripten's NODEFS, whose operations on the host we reuse. */
export interface NodeFileSystem {
  node_ops: NodeOps;
  stream_ops: Required<Omit<StreamOps, "fsync">>;
  tryFSOperation<T>(operation: () => T): T;
}

/** The exported C functions and helpers of Pyodide's module that the platform calls. Pointers are numbers. */
export interface PythonModule {
  readonly HEAPU32: Uint32Array;
  readonly wasmTable: WebAssembly.Table;
  readonly HEAP64: BigInt64Array;
  addFunction(fn: (...args: number[]) => number, signature: string): number;
  stringToNewUTF8(text: string): number;
  readonly _PyExc_ValueError: number;
  readonly __Py_NoneStruct: number;
  _Py_RunMain(): number;
  _PyMem_RawMalloc(bytes: number): number;
  _PyImport_ImportModule(name: number): number;
  _PyUnicode_FromString(text: number): number;
  _PyCMethod_New(definition: number, self: number, module: number, type: number): number;
  _PyObject_SetAttrString(object: number, name: number, value: number): number;
  _PyErr_SetString(type: number, message: number): void;
  _PyErr_CheckSignals(): number;
  __PyTime_FromSecondsObject(result: number, seconds: number, rounding: number): number;
}
