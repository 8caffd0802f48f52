import { RequestError } from './request-error.ts'
import { type Field, onlyValue } from './request-head.ts'

/** What follows the header of a request. */
export type Framing =
  | { readonly kind: 'nothing' }
  /** `length` is in bytes. */
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunks' }
  /** Bytes of any kind, after the handshake is accepted. */
  | { readonly kind: 'websocket' }

/** Finds the end of a body. */
export interface BodyScanner {
  readonly isComplete: boolean
  /** @returns how many of the bytes belong to the body @throws RequestError */
  scan(bytes: Buffer): number
}

/** The allowed options of Connection. Another option could make a proxy remove a field, such as Authorization. */
const connectionOptions = new Set(['close', 'keep-alive', 'upgrade'])

/**
 * @throws RequestError for a header that two servers could read differently
 * @see RFC 9112, section 6.3; RFC 6455, section 4.1
 */
export function framingOf(fields: readonly Field[]): Framing {
  const length = onlyValue(fields, 'content-length')
  const encoding = onlyValue(fields, 'transfer-encoding')
  const upgrade = onlyValue(fields, 'upgrade')
  const options = fields.filter(({ name }) => name === 'connection').flatMap(({ value }) => value.split(','))
  const connection = options.map((option) => option.trim().toLowerCase())
  if (!connection.every((option) => connectionOptions.has(option)))
    throw new RequestError(400, 'The header field connection can only have the options close, keep-alive, and upgrade.')
  if (length !== null && encoding !== null)
    throw new RequestError(400, 'The request has both a content length and a transfer encoding.')
  if (upgrade !== null || connection.includes('upgrade')) {
    const isHandshake = upgrade?.toLowerCase() === 'websocket' && connection.includes('upgrade')
    if (!isHandshake || length !== null || encoding !== null)
      throw new RequestError(400, 'A connection can only be upgraded to a websocket, without a body.')
    return { kind: 'websocket' }
  }
  if (encoding !== null) {
    if (encoding.toLowerCase() !== 'chunked')
      throw new RequestError(400, 'The only supported transfer encoding is chunked.')
    return { kind: 'chunks' }
  }
  if (length === null) return { kind: 'nothing' }
  if (!/^\d{1,15}$/.test(length)) throw new RequestError(400, 'The content length is not a number.')
  return { kind: 'length', length: Number(length) }
}
