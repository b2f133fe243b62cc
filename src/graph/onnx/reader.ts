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
    checkEnd(reader);
  }
}

/** A field of this wire type alone: one of another type is damage, not another version of the format. */
function only(wanted: WireType, read: (reader: BinaryReader) => unknown): Fields[number] {
  return (reader, wire) => {
    if (wire !== wanted) throw new Error(`a field of wire type ${wire} where type ${wanted} belongs`);
    read(reader);
  };
}

export const bytesField = (use: (bytes: Uint8Array) => unknown): Fields[number] =>
  only(WireType.LengthDelimited, (reader) => use(reader.bytes()));

export const textField = (use: (text: string) => unknown): Fields[number] =>
  only(WireType.LengthDelimited, (reader) => use(reader.string()));

/** Integers beyond 2^53 lose digits: nothing that is read as a number needs them. */
export const intField = (use: (value: number) => unknown): Fields[number] =>
  only(WireType.Varint, (reader) => use(Number(reader.int64())));

export const floatField = (use: (value: number) => unknown): Fields[number] =>
  only(WireType.Bit32, (reader) => use(reader.float()));

/** A repeated number: one element, or many packed behind a length. */
export function numbersField(single: WireType, readOne: (reader: BinaryReader) => unknown): Fields[number] {
  const packed = bytesField((bytes) => {
    const reader = new BinaryReader(bytes);
    while (reader.pos < reader.len) readOne(reader);
    checkEnd(reader);
  });
  return (reader, wire) => {
    if (wire === single) readOne(reader);
    else packed(reader, wire);
  };
}

function checkEnd({ pos, len }: BinaryReader): void {
  if (pos > len) throw new RangeError(`${pos - len} bytes are missing`);
}
