/** The calls of the WebAssembly build of libarchive that are used. Addresses are numbers; 0 stands for none. */
export interface Libarchive {
  readonly module: { _malloc(size: number): number; _free(address: number): void; readonly HEAPU8: Uint8Array };
  read_new_memory(address: number, size: number, passphrase?: string): number;
  read_next_entry(archive: number): number;
  read_data(archive: number, address: number, size: number): number;
  read_free(archive: number): number;
  read_has_encrypted_entries(archive: number): number;
  error_string(archive: number): string;
  entry_pathname(entry: number): string;
  entry_size(entry: number): number;
  entry_filetype(entry: number): number;
  entry_is_encrypted(entry: number): number;
}

/** What has to be installed for the formats that are read with it. */
export const libarchivePackage: string = "libarchive-wasm";

/** A fresh instance, since one that failed once cannot be trusted again; undefined when the package is not installed. */
export async function loadLibarchive(): Promise<Libarchive | undefined> {
  try {
    // As a whole: Node from 24 on, told to make no code of texts, does not find out the names that a CommonJS module exports.
    const { default: library } = await import("libarchive-wasm");
    return (await library.libarchiveWasm()) as unknown as Libarchive;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

/** One entry as libarchive tells it. */
export interface LibarchiveEntry {
  /** Empty or with `?` and `*` where it is not ASCII. */
  readonly name: string;
  readonly directory: boolean;
  readonly encrypted: boolean;
  /** Bytes in order; a throw ends them. */
  pieces(): AsyncGenerator<Uint8Array, void>;
  /** Why the bytes ended early, once they have. */
  damage(): "damaged" | "encrypted" | "unsupported" | undefined;
}

/** What ended the walk through an archive. */
export interface LibarchiveEnd {
  /** libarchive gave up, rather than came to the end. */
  readonly damaged: boolean;
  readonly encrypted: boolean;
}

/** 64 KiB out at once. */
const step = 64 * 1024;

/**
 * All entries of an archive given in pieces, in order; each must be read before the next is asked for. Never throws for what the data cause: a
 * fault inside ends the walk. What the archive took is given back when the walk ends.
 */
export async function* libarchiveEntries(
  library: Libarchive,
  pieces: readonly Uint8Array[],
): AsyncGenerator<LibarchiveEntry, LibarchiveEnd> {
  const { module } = library;
  let archive = 0;
  let address = 0;
  try {
    address = module._malloc(
      Math.max(
        1,
        pieces.reduce((all, { length }) => all + length, 0),
      ),
    );
    if (address === 0) return { damaged: true, encrypted: false };
    let at = address;
    for (const piece of pieces) {
      module.HEAPU8.set(piece, at);
      at += piece.length;
    }
    archive = library.read_new_memory(address, at - address);
    return yield* entriesOf(library, archive);
  } catch {
    return { damaged: true, encrypted: false };
  } finally {
    try {
      if (archive !== 0) library.read_free(archive);
      if (address !== 0) module._free(address);
    } catch {
      // A library that failed is not used again.
    }
  }
}

async function* entriesOf(library: Libarchive, archive: number): AsyncGenerator<LibarchiveEntry, LibarchiveEnd> {
  const { module } = library;
  const buffer = module._malloc(step);
  for (;;) {
    let entry = 0;
    let encrypted = false;
    try {
      entry = library.read_next_entry(archive);
      encrypted = library.read_has_encrypted_entries(archive) === 1;
      if (entry === 0) return { damaged: library.error_string(archive) !== "", encrypted };
    } catch {
      return { damaged: true, encrypted };
    }
    let damage: "damaged" | "encrypted" | "unsupported" | undefined;
    async function* pieces(): AsyncGenerator<Uint8Array, void> {
      try {
        for (;;) {
          const count = library.read_data(archive, buffer, step);
          if (count < 0) damage = "damaged";
          if (count <= 0) return;
          yield module.HEAPU8.slice(buffer, buffer + count);
        }
      } catch (error) {
        const said = error instanceof Error ? error.message : "";
        damage = /encrypt/i.test(said) ? "encrypted" : /unsupported|not supported/i.test(said) ? "unsupported" : "damaged";
      }
    }
    let name = "";
    let type = 0;
    let locked = false;
    try {
      name = library.entry_pathname(entry);
      type = library.entry_filetype(entry);
      locked = library.entry_is_encrypted(entry) !== 0;
    } catch {
      return { damaged: true, encrypted };
    }
    yield { name, directory: type === 0o040000, encrypted: locked, pieces, damage: () => damage };
  }
}
