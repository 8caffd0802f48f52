import type { Secret } from '@rack-gateway/config/client'
import { type Admission, admitFields, admitTarget } from './admission.ts'
import { type Framing, framingOf } from './http/framing.ts'
import { RequestError } from './http/request-error.ts'
import { parseFields, parseRequestLine } from './http/request-head.ts'

export interface Request {
  /** The head to send to the gateway. */
  readonly head: Buffer
  readonly framing: Framing
}

/** @param head includes the empty line at the end @throws RequestError */
export type RequestReader = (head: Buffer) => Request

interface CachedHeader {
  /** The bytes after the request line. */
  readonly fields: Buffer
  readonly token: Secret
  readonly proof: Secret | null
  readonly framing: Framing
  readonly admittedLines: string
}

const endOfLine = '\r\n'

/**
 * Most requests of a connection have the same header as the request before, byte for byte. For such a request, only the
 * request line is parsed, because parsing the header is most of the relay's work.
 */
export function createRequestReader(admission: Admission): RequestReader {
  let cached: CachedHeader | null = null

  function read(fields: Buffer, { token, proof }: Pick<CachedHeader, 'token' | 'proof'>): CachedHeader {
    const parsed = parseFields(fields.toString('latin1'))
    const framing = framingOf(parsed)
    const admittedLines = admitFields(parsed, framing.kind === 'websocket', {
      ...admission,
      token: () => token,
      proof: () => proof,
    })
    return { fields: Buffer.from(fields), token, proof, framing, admittedLines }
  }

  return (head) => {
    const end = head.indexOf(endOfLine, 0, 'latin1')
    const requestLine = head.toString('latin1', 0, end)
    const { method, target } = parseRequestLine(requestLine)
    const fieldsStart = end + endOfLine.length
    const secrets = { token: admission.token(), proof: admission.proof?.() ?? null }
    if (cached === null || !hasSameSecrets(cached, secrets) || cached.fields.compare(head, fieldsStart) !== 0)
      cached = read(head.subarray(fieldsStart), secrets)
    const { framing, admittedLines } = cached
    if (framing.kind === 'websocket' && method !== 'GET')
      throw new RequestError(400, 'The method of a websocket handshake must be GET.')
    admitTarget(target, admission)
    return { head: Buffer.from(`${requestLine}\r\n${admittedLines}\r\n`, 'latin1'), framing }
  }
}

function hasSameSecrets(cached: CachedHeader, { token, proof }: Pick<CachedHeader, 'token' | 'proof'>): boolean {
  return cached.token === token && cached.proof === proof
}
