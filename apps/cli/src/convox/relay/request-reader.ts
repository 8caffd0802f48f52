import type { Secret } from '@rack-gateway/config/client'
import { type Admission, admitTarget, admittedFields } from './admission.ts'
import { type Framing, framingOf } from './http/framing.ts'
import { Refusal } from './http/refusal.ts'
import { parseFields, parseRequestLine } from './http/request-head.ts'

export interface Request {
  /** As the gateway gets it. */
  readonly head: Buffer
  readonly framing: Framing
}

/** @param head with the empty line at its end @throws Refusal */
export type RequestReader = (head: Buffer) => Request

/** Fields that were admitted on this connection, and what came of them. */
interface Known {
  /** What stood below the request line. */
  readonly fields: Buffer
  readonly token: Secret
  readonly framing: Framing
  readonly admitted: string
}

const endOfLine = '\r\n'

/**
 * Reads the heads of one connection. Most have the fields of the one before, byte for byte: then these mean the same again,
 * and only the request line is new. To read fields is most of what the relay does with a request.
 */
export function createRequestReader(admission: Admission): RequestReader {
  let known: Known | null = null

  function read(fields: Buffer, token: Secret): Known {
    const parsed = parseFields(fields.toString('latin1'))
    const framing = framingOf(parsed)
    const admitted = admittedFields(parsed, framing.kind === 'websocket', { ...admission, token: () => token })
    return { fields: Buffer.from(fields), token, framing, admitted }
  }

  return (head) => {
    const end = head.indexOf(endOfLine, 0, 'latin1')
    const requestLine = head.toString('latin1', 0, end)
    const { method, target } = parseRequestLine(requestLine)
    const below = end + endOfLine.length
    const token = admission.token()
    if (known === null || known.token !== token || known.fields.compare(head, below) !== 0)
      known = read(head.subarray(below), token)
    const { framing, admitted } = known
    if (framing.kind === 'websocket' && method !== 'GET') throw new Refusal(400, 'a websocket is asked for by GET')
    admitTarget(target, admission)
    return { head: Buffer.from(`${requestLine}\r\n${admitted}\r\n`, 'latin1'), framing }
  }
}
