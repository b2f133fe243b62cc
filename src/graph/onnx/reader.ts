import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** What to do with each known field, by number; other fields are skipped. */
export type Fields = Readonly<Record<number, (reader: BinaryReader, wire: WireType) => unknown>>;

/** Reads one protobuf message to its end. @throws Error (of the wire reader) where the bytes end early or make no sense. */
export function readMessage(bytes: Uint8Array, fields: Fields): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    const read = fields[field];
    if (read === undefined) reader.skip(wire, field);
    else read(reader, wire);
  }
}

/** A repeated number: one element, or many packed behind a length. */
export function readPacked(
  reader: BinaryReader,
  wire: WireType,
  single: WireType,
  readOne: (reader: BinaryReader) => unknown,
): void {
  if (wire === single) {
    readOne(reader);
    return;
  }
  const packed = new BinaryReader(reader.bytes());
  while (packed.pos < packed.len) readOne(packed);
}
