import { Refusal } from './refusal.ts'
import { type Field, onlyValue } from './request-head.ts'

/** What follows a head. */
export type Framing =
  | { readonly kind: 'nothing' }
  /** So many bytes. */
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunks' }
  /** Whatever, once it is accepted. */
  | { readonly kind: 'websocket' }

/** Finds where a body ends. */
export interface BodyScanner {
  readonly isOver: boolean
  /** @returns how many of these bytes are the body's: all, until it is over @throws Refusal */
  scan(bytes: Buffer): number
}

/** Others would let a proxy on the way take out a field that frames the request, or names its sender. */
const connectionOptions = new Set(['close', 'keep-alive', 'upgrade'])

/**
 * @throws Refusal where two readers could disagree
 * @see RFC 9112, section 6.3; RFC 6455, section 4.1
 */
export function framingOf(fields: readonly Field[]): Framing {
  const length = onlyValue(fields, 'content-length')
  const encoding = onlyValue(fields, 'transfer-encoding')
  const upgrade = onlyValue(fields, 'upgrade')
  const options = fields.filter(({ name }) => name === 'connection').flatMap(({ value }) => value.split(','))
  const connection = options.map((option) => option.trim().toLowerCase())
  if (!connection.every((option) => connectionOptions.has(option)))
    throw new Refusal(400, 'the header field connection may say close, keep-alive and upgrade')
  if (length !== null && encoding !== null) throw new Refusal(400, 'the request says twice how long it is')
  if (upgrade !== null || connection.includes('upgrade')) {
    const isHandshake = upgrade?.toLowerCase() === 'websocket' && connection.includes('upgrade')
    if (!isHandshake || length !== null || encoding !== null)
      throw new Refusal(400, 'the connection can be upgraded to a websocket only, without a body')
    return { kind: 'websocket' }
  }
  if (encoding !== null) {
    if (encoding.toLowerCase() !== 'chunked') throw new Refusal(400, 'the only transfer encoding is chunked')
    return { kind: 'chunks' }
  }
  if (length === null) return { kind: 'nothing' }
  if (!/^\d{1,15}$/.test(length)) throw new Refusal(400, 'the content length is not a number')
  return { kind: 'length', length: Number(length) }
}
