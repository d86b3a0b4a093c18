/** A header as V7 wrote it, with a checksum that fits. */
export function header(name: string | Uint8Array, size: number | Uint8Array, type: string = "0", magic: string = "ustar\x0000"): Buffer {
  const block = Buffer.alloc(512);
  Buffer.from(name as Uint8Array).copy(block, 0);
  if (typeof size === "number") block.write(`${size.toString(8).padStart(11, "0")}\0`, 124, "latin1");
  else Buffer.from(size).copy(block, 124);
  block.write("00000000000\0", 136, "latin1");
  block.write(type, 156, "latin1");
  block.write(magic, 257, "latin1");
  return checked(block);
}

/** The same header with the checksum of what stands in it now. */
export function checked(block: Buffer): Buffer {
  block.fill(32, 148, 156);
  const sum = block.reduce((all, byte) => all + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}
