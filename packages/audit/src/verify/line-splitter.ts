/** Splits chunks into lines without line breaks. Text after the last line break is a line, too. */
export interface LineSplitter {
  push(chunk: Buffer): void
  end(): void
}

/** In bytes. Every event is far smaller. */
const longestLine = 8 * 1024 * 1024
const lineFeed = 10

/** @param onLine gets a view of the chunk, and must copy the bytes that it keeps */
export function createLineSplitter(onLine: (line: Buffer) => void): LineSplitter {
  let rest: Buffer[] = []
  let restLength = 0

  function complete(piece: Buffer): void {
    const line = restLength === 0 ? piece : Buffer.concat([...rest, piece])
    rest = []
    restLength = 0
    onLine(line)
  }

  return {
    push(chunk) {
      let start = 0
      for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
        complete(chunk.subarray(start, end))
        start = end + 1
      }
      if (start === chunk.length) return
      rest.push(chunk.subarray(start))
      restLength += chunk.length - start
      if (restLength > longestLine) throw new RangeError(`a line has more than ${longestLine} bytes`)
    },
    end() {
      if (restLength > 0) complete(Buffer.alloc(0))
    },
  }
}
