/** A table in the binary format of PostgreSQL's COPY. */
export function copiedTable(rows: readonly (readonly (Buffer | null)[])[]): Buffer {
  const header = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)])
  return Buffer.concat([
    header,
    ...rows.flatMap((fields) => [short(fields.length), ...fields.flatMap(field)]),
    short(-1),
  ])
}

function field(bytes: Buffer | null): Buffer[] {
  const length = Buffer.alloc(4)
  length.writeInt32BE(bytes === null ? -1 : bytes.length)
  return bytes === null ? [length] : [length, bytes]
}

function short(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}
