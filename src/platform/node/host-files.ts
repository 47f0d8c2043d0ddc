/**
 * The host's file system inside Pyodide, at the same paths.
 *
 * Pyodide's own tree (memory) has /lib, /dev and /proc; everything else belongs to the host. Both are laid
 * over each other at the names: a name that Pyodide has is Pyodide's, any other is looked up on the host.
 * So absolute and relative paths mean what they mean outside, a file may be renamed from one top-level
 * directory to another, and nothing of Pyodide's is hidden.
 *
 * What is created directly in /lib, /dev or /proc stays in memory; all the rest is written to the host.
 */
import * as fs from "node:fs";
import type { EmscriptenFS, FsNode, FsStream, NodeOps, StreamOps } from "./emscripten.js";

/** Top-level directories that Pyodide needs for itself. */
const PYODIDES_OWN = new Set(["lib", "dev", "proc"]);

/** Emscripten's number for EXDEV, "cross-device link". */
const EXDEV = 75;

/**
 * Lays the host's files under Pyodide's. Call the function returned when Python is up. Before that Emscripten
 * and Pyodide still make entries of their own, which must neither meet the host's nor be made on the host.
 */
export function mountHostFiles(FS: EmscriptenFS): () => void {
  const host = new HostFiles(FS);
  let live = false;
  const overlay = (directory: FsNode, writable: boolean): void => {
    const memory = directory.node_ops;
    const isHosts = (name: string) => host.owns(FS.lookupNode(directory, name));
    directory.node_ops = {
      ...memory,
      lookup: (...args) => (live || directory === FS.root ? host.nodeOps : memory).lookup(...args),
      mknod: (...args) => (writable && live ? host.nodeOps : memory).mknod(...args),
      symlink: (...args) => (writable && live ? host.nodeOps : memory).symlink(...args),
      unlink: (parent, name) => (isHosts(name) ? host.nodeOps : memory).unlink(parent, name),
      rmdir: (parent, name) => (isHosts(name) ? host.nodeOps : memory).rmdir(parent, name),
      rename(node, newParent, newName) {
        // Between memory and host there is no renaming; Python's shutil.move then copies.
        const ops = host.owns(node) ? host.nodeOps : memory;
        if (ops === memory && newParent !== directory) throw new FS.ErrnoError(EXDEV);
        ops.rename(node, newParent, newName);
      },
      readdir: (node) => [...new Set([...memory.readdir(node), ...host.list(node)])],
    };
    host.writableFromHost.add(directory);
  };

  // NODEFS starts from here when it makes a host path of an entry.
  FS.root.mount.opts = { root: "/" };
  overlay(FS.root, true);
  for (const [name, node] of Object.entries(FS.root.contents ?? {})) {
    if (PYODIDES_OWN.has(name)) overlay(node, false);
    else removeTree(FS, `/${name}`, node);
  }
  const self = FS.root.contents?.proc?.contents?.self;
  if (self !== undefined) overlay(self, false);
  return () => {
    live = true;
  };
}

/** Removes the empty directories (/tmp, /home) that Emscripten makes and that would hide the host's. */
function removeTree(FS: EmscriptenFS, path: string, node: FsNode): void {
  if (!FS.isDir(node.mode)) return;
  for (const [name, child] of Object.entries(node.contents ?? {})) removeTree(FS, `${path}/${name}`, child);
  FS.rmdir(path);
}

/** Emscripten's NODEFS, corrected where it is narrower than a host: other file types, true inode numbers,
 * pipes, atomic rename, the umask. */
class HostFiles {
  readonly nodeOps: NodeOps;
  readonly streamOps: StreamOps;
  /** Memory directories into which the host's files may be renamed. */
  readonly writableFromHost = new Set<FsNode>();
  readonly #FS: EmscriptenFS;
  /** One mount of its own, so that Emscripten answers EXDEV to a rename between memory and host. */
  readonly #mount = { mountpoint: "/", opts: { root: "/" }, mounts: [] };
  /** Files that `open` has just created and whose mode it is about to set without regard to the umask. */
  readonly #fresh = new WeakSet<FsNode>();

  constructor(FS: EmscriptenFS) {
    this.#FS = FS;
    const { node_ops, stream_ops, tryFSOperation } = FS.filesystems.NODEFS;
    this.nodeOps = {
      ...node_ops,
      lookup: (parent, name) => this.#node(parent, name, this.#mode(`${path(parent)}/${name}`)),
      mknod: (parent, name, mode) => this.#create(parent, name, mode),
      symlink: (parent, name, target) => {
        tryFSOperation(() => fs.symlinkSync(target, join(parent, name)));
        return this.nodeOps.lookup(parent, name);
      },
      getattr: (node) => this.#stat(node, () => this.#lstat(path(node))),
      setattr: (node, attr) => {
        const umasked = attr.mode !== undefined && this.#fresh.delete(node);
        const mode = umasked ? { mode: (attr.mode ?? 0) & ~process.umask() } : {};
        node_ops.setattr(node, { ...attr, ...mode });
      },
      rename: (node, newParent, newName) => this.#rename(node, newParent, newName),
    };
    this.streamOps = {
      ...stream_ops,
      getattr: (stream) => this.#stat(stream.node, () => fs.fstatSync(stream.nfd ?? -1)),
      open: (stream) => {
        stream_ops.open(stream);
        stream.seekable = FS.isFile(stream.node.mode) || FS.isDir(stream.node.mode);
      },
      fsync: (stream) => tryFSOperation(() => fs.fsyncSync(stream.nfd ?? -1)),
      // A pipe or a device has no positions: naming one would fail with ESPIPE.
      read: (stream, buffer, offset, length, position) =>
        tryFSOperation(() => fs.readSync(stream.nfd ?? -1, buffer, offset, length, at(stream, position))),
      write: (stream, buffer, offset, length, position) =>
        tryFSOperation(() => fs.writeSync(stream.nfd ?? -1, buffer, offset, length, at(stream, position))),
    };
  }

  /** Is this entry the host's? */
  owns(node: FsNode): boolean {
    return node.node_ops === this.nodeOps;
  }

  /** Names in the host's directory; none when there is no such directory. */
  list(node: FsNode): string[] {
    try {
      return fs.readdirSync(path(node) || "/");
    } catch {
      return [];
    }
  }

  #node(parent: FsNode, name: string, mode: number): FsNode {
    const node = this.#FS.createNode(parent, name, mode, 0);
    node.mount = this.#mount;
    node.node_ops = this.nodeOps;
    node.stream_ops = this.streamOps;
    return node;
  }

  #create(parent: FsNode, name: string, mode: number): FsNode {
    const target = join(parent, name);
    const directory = this.#FS.isDir(mode);
    this.#FS.filesystems.NODEFS.tryFSOperation(() => {
      if (directory) fs.mkdirSync(target, mode & 0o7777);
      else fs.writeFileSync(target, "", { mode: mode & 0o7777 });
    });
    const node = this.#node(parent, name, mode);
    if (!directory) this.#fresh.add(node);
    return node;
  }

  #rename(node: FsNode, newParent: FsNode, newName: string): void {
    if (!this.owns(newParent) && !this.writableFromHost.has(newParent)) throw new this.#FS.ErrnoError(EXDEV);
    let replaced: FsNode | undefined;
    try {
      replaced = this.#FS.lookupNode(newParent, newName);
    } catch {
      // Nothing was there.
    }
    this.#FS.filesystems.NODEFS.tryFSOperation(() => fs.renameSync(path(node), join(newParent, newName)));
    if (replaced !== undefined) this.#FS.hashRemoveNode(replaced);
    node.name = newName;
  }

  #mode(target: string): number {
    return this.#FS.filesystems.NODEFS.tryFSOperation(() => this.#lstat(target).mode);
  }

  /** `lstat`, but an entry of /dev/fd is what it leads to: its link says "pipe:[123]", which is no path. */
  #lstat(target: string): fs.Stats {
    return /^\/dev\/fd(\/|$)/.test(target) ? fs.statSync(target) : fs.lstatSync(target);
  }

  #stat(node: FsNode, stat: () => fs.Stats): fs.Stats {
    const found = this.#FS.filesystems.NODEFS.tryFSOperation(stat);
    // Somebody outside may have put a directory where a file was.
    node.mode = found.mode;
    return found;
  }
}

function at(stream: FsStream, position: number): number | null {
  return stream.seekable ? position : null;
}

function join(parent: FsNode, name: string): string {
  return `${path(parent)}/${name}`;
}

/** The host's path of an entry; "" for the root, so that joining gives one slash. */
function path(node: FsNode): string {
  const parts: string[] = [];
  for (let at = node; at.parent !== at; at = at.parent) parts.unshift(at.name);
  return parts.length === 0 ? "" : `/${parts.join("/")}`;
}
