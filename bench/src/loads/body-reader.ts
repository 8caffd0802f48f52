export interface BodyListener {
  onBody(part: Buffer): void
  onEnd(): void
}

/** The next part of a response to read. `size`: the line before a chunk. `gap`: the line break after a chunk. */
type Part = 'head' | 'size' | 'data' | 'gap' | 'trailer'

/**
 * Reads responses of any size from a connection without storing them. A response has a Content-Length, or is chunked.
 *
 * @returns a function to call with each received chunk
 * @throws from that function, for a response that isn't 200 or has no known length
 */
export function createBodyReader({ onBody, onEnd }: BodyListener): (chunk: Buffer) => void {
  let currentPart: Part = 'head'
  let line = ''
  let head: string[] = []
  let remaining = 0
  let isChunked = false

  function readLine(rest: Buffer): Buffer {
    const end = rest.indexOf('\n')
    line += rest.toString('latin1', 0, end === -1 ? rest.length : end + 1)
    if (end === -1) return rest.subarray(rest.length)
    const completeLine = line.trimEnd()
    line = ''
    takeLine(completeLine)
    return rest.subarray(end + 1)
  }

  function takeLine(completeLine: string): void {
    if (currentPart === 'head') takeHead(completeLine)
    else if (currentPart === 'size') begin(Number.parseInt(completeLine, 16), 'trailer')
    else if (currentPart === 'gap') currentPart = 'size'
    else if (completeLine === '') finish()
  }

  function takeHead(completeLine: string): void {
    if (completeLine !== '') return void head.push(completeLine)
    const framing = framingOf(head)
    head = []
    isChunked = framing === 'chunked'
    if (framing === 'chunked') currentPart = 'size'
    else if (framing === 0) finish()
    else begin(framing, 'head')
  }

  function begin(length: number, partIfEmpty: Part): void {
    if (Number.isNaN(length)) throw new Error('a chunk has no size')
    remaining = length
    currentPart = length === 0 ? partIfEmpty : 'data'
  }

  function readData(rest: Buffer): Buffer {
    const part = rest.subarray(0, remaining)
    remaining -= part.length
    onBody(part)
    if (remaining === 0) {
      if (isChunked) currentPart = 'gap'
      else finish()
    }
    return rest.subarray(part.length)
  }

  function finish(): void {
    currentPart = 'head'
    onEnd()
  }

  return function read(chunk) {
    let rest = chunk
    while (rest.length > 0) rest = currentPart === 'data' ? readData(rest) : readLine(rest)
  }
}

function framingOf([start = '', ...headers]: readonly string[]): 'chunked' | number {
  const status = start.slice(9, 12)
  if (status !== '200') throw new Error(`a response was ${status}, so the run measures something else`)
  const text = headers.join('\n').toLowerCase()
  if (/^transfer-encoding: *chunked$/m.test(text)) return 'chunked'
  const length = /^content-length: *(\d+)$/m.exec(text)
  if (!length) throw new Error('a response has no length, so its end is unknown')
  return Number(length[1])
}
