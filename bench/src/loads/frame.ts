/** Opcode of a text frame, final. */
const text = 0x81

/**
 * A websocket text frame with two bytes of length.
 *
 * @param payload 126 to 65,535 bytes
 * @param key four bytes, as a client must mask; null for a server's frame
 * @see RFC 6455, section 5.2
 */
export function textFrame(payload: Buffer, key: Buffer | null): Buffer {
  if (payload.length < 126 || payload.length > 65_535) throw new RangeError('only lengths of two bytes are known here')
  const head = Buffer.from([text, key === null ? 126 : 0x80 | 126, payload.length >> 8, payload.length & 0xff])
  if (key === null) return Buffer.concat([head, payload])
  const masked = payload.map((byte, index) => byte ^ (key[index % 4] ?? 0))
  return Buffer.concat([head, key, masked])
}
