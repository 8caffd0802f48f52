export interface BodyListener {
  onBody(part: Buffer): void
  onEnd(): void
}

type Place = 'head' | 'size' | 'data' | 'gap' | 'trailer'

/**
 * Reads answers of any size from a connection, with a Content-Length or chunked, without storing them.
 *
 * @returns a function for each received chunk
 * @throws from that function, for an answer that isn't 200 or has no known length
 */
export function createBodyReader({ onBody, onEnd }: BodyListener): (chunk: Buffer) => void {
  let place: Place = 'head'
  let line = ''
  let head: string[] = []
  let left = 0
  let chunked = false

  function readLine(rest: Buffer): Buffer {
    const end = rest.indexOf('\n')
    line += rest.toString('latin1', 0, end === -1 ? rest.length : end + 1)
    if (end === -1) return rest.subarray(rest.length)
    const whole = line.trimEnd()
    line = ''
    takeLine(whole)
    return rest.subarray(end + 1)
  }

  function takeLine(whole: string): void {
    if (place === 'head') takeHead(whole)
    else if (place === 'size') begin(Number.parseInt(whole, 16), 'trailer')
    else if (place === 'gap') place = 'size'
    else if (whole === '') finish()
  }

  function takeHead(whole: string): void {
    if (whole !== '') return void head.push(whole)
    const framing = framingOf(head)
    head = []
    chunked = framing === 'chunked'
    if (framing === 'chunked') place = 'size'
    else if (framing === 0) finish()
    else begin(framing, 'head')
  }

  function begin(length: number, without: Place): void {
    if (Number.isNaN(length)) throw new Error('a chunk has no size')
    left = length
    place = length === 0 ? without : 'data'
  }

  function readData(rest: Buffer): Buffer {
    const part = rest.subarray(0, left)
    left -= part.length
    onBody(part)
    if (left === 0) {
      if (chunked) place = 'gap'
      else finish()
    }
    return rest.subarray(part.length)
  }

  function finish(): void {
    place = 'head'
    onEnd()
  }

  return function read(chunk) {
    let rest = chunk
    while (rest.length > 0) rest = place === 'data' ? readData(rest) : readLine(rest)
  }
}

function framingOf([start = '', ...headers]: readonly string[]): 'chunked' | number {
  const status = start.slice(9, 12)
  if (status !== '200') throw new Error(`an answer was ${status}, so the run measures something else`)
  const text = headers.join('\n').toLowerCase()
  if (/^transfer-encoding: *chunked$/m.test(text)) return 'chunked'
  const length = /^content-length: *(\d+)$/m.exec(text)
  if (!length) throw new Error('an answer came without a length, so its end cannot be known')
  return Number(length[1])
}
