/** A request as it stood on the wire, one character a byte. */
export interface WireRequest {
  readonly method: string
  readonly target: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

export interface WireHead extends Omit<WireRequest, 'body'> {
  /** Where the body begins. */
  readonly end: number
}

const endOfHead = '\r\n\r\n'

/** @returns null until the head is there */
export function headOf(bytes: string): WireHead | null {
  const at = bytes.indexOf(endOfHead)
  if (at === -1) return null
  const [line = '', ...lines] = bytes.slice(0, at).split('\r\n')
  const method = line.slice(0, line.indexOf(' '))
  const target = line.slice(method.length + 1, line.lastIndexOf(' '))
  const headers = lines.map((header) => {
    const colon = header.indexOf(':')
    return [header.slice(0, colon), header.slice(colon + 1).trim()] as const
  })
  return { method, target, headers, end: at + endOfHead.length }
}

/** The body without its framing. @returns null until all of it is there */
export function bodyOf({ headers, end }: WireHead, bytes: string): { text: string; end: number } | null {
  if (valuesOf(headers, 'transfer-encoding').length > 0) return chunksOf(bytes, end)
  const length = Number(valuesOf(headers, 'content-length')[0] ?? 0)
  return bytes.length < end + length ? null : { text: bytes.slice(end, end + length), end: end + length }
}

function chunksOf(bytes: string, begin: number): { text: string; end: number } | null {
  let text = ''
  for (let at = begin; ; ) {
    const line = bytes.indexOf('\r\n', at)
    if (line === -1) return null
    const size = Number.parseInt(bytes.slice(at, line), 16)
    const next = line + 2 + size + 2
    if (bytes.length < next) return null
    if (size === 0) return { text, end: next }
    text += bytes.slice(line + 2, line + 2 + size)
    at = next
  }
}

export function valuesOf(headers: WireRequest['headers'], lowerCaseName: string): string[] {
  return headers.filter(([name]) => name.toLowerCase() === lowerCaseName).map(([, value]) => value)
}
