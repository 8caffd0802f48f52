/** A row of COPY's binary format: field i is the bytes from `from[i]` up to `to[i]`; `to[i]` is 0 for null. */
export interface CopiedRow {
  readonly bytes: Buffer
  readonly from: Int32Array
  readonly to: Int32Array
}

export interface CopyReader {
  push(chunk: Buffer): void
  /** @throws Error if the connection ended before the last row */
  end(): void
}

const signature = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1')
const headerLength = signature.length + 8
/** In bytes. Every row of the log is far smaller. */
const longestRow = 16 * 1024 * 1024

/**
 * @param fields number of fields per row
 * @param onRow must read the row before it returns: `from` and `to` are the same arrays for every row
 * @see https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format"
 */
export function createCopyReader(fields: number, onRow: (row: CopiedRow) => void): CopyReader {
  const [from, to] = [new Int32Array(fields), new Int32Array(fields)]
  let rest: Buffer | null = null
  let state: 'header' | 'rows' | 'ended' = 'header'

  /** @returns the end of the row, or -1 if it is incomplete */
  function readRow(bytes: Buffer, start: number): number {
    if (start + 2 > bytes.length) return -1
    const count = bytes.readInt16BE(start)
    let at = start + 2
    if (count === -1) {
      state = 'ended'
      return at
    }
    if (count !== fields) throw new Error(`the database copied a row of ${count} fields instead of ${fields}`)
    for (let field = 0; field < fields; field++) {
      if (at + 4 > bytes.length) return -1
      const length = bytes.readInt32BE(at)
      at += 4
      from[field] = at
      to[field] = length < 0 ? 0 : at + length
      at += Math.max(0, length)
    }
    return at > bytes.length ? -1 : at
  }

  return {
    push(chunk) {
      const bytes: Buffer = rest === null ? chunk : Buffer.concat([rest, chunk])
      rest = null
      let at = 0
      if (state === 'header' && bytes.length >= headerLength) {
        at = endOfHeader(bytes)
        state = 'rows'
      }
      while (state === 'rows') {
        const next = readRow(bytes, at)
        if (next === -1) break
        at = next
        if (state === 'rows') onRow({ bytes, from, to })
      }
      if (state === 'ended' && at < bytes.length) throw new Error('The database sent data after the end of the table.')
      if (at === bytes.length) return
      rest = bytes.subarray(at)
      if (rest.length > longestRow) throw new RangeError(`a row has more than ${longestRow} bytes`)
    },
    end() {
      if (state !== 'ended')
        throw new Error('The database stopped before it had copied all events. Run the command again.')
    },
  }
}

function endOfHeader(bytes: Buffer): number {
  if (
    bytes.compare(signature, 0, signature.length, 0, signature.length) !== 0 ||
    bytes.readInt32BE(headerLength - 4) !== 0
  )
    throw new Error('The database uses an unknown COPY format.')
  return headerLength
}
