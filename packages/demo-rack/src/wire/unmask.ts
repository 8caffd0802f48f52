/**
 * Removes the WebSocket mask from a part of a payload, in place and four bytes at a time.
 *
 * @param position the number of earlier bytes of the payload
 */
export function unmask(bytes: Buffer, key: Buffer, position: number): void {
  const aligned = bytes.length < 8 ? bytes.length : (4 - (bytes.byteOffset % 4)) % 4
  const words = aligned === bytes.length ? noWords : wordsOf(bytes.subarray(aligned))
  unmaskBytes(bytes.subarray(0, aligned), key, position)
  const word =
    new Uint32Array(Uint8Array.from([0, 1, 2, 3], (at) => key[(position + aligned + at) % 4] ?? 0).buffer)[0] ?? 0
  for (let at = 0; at < words.length; at += 1) words[at] = (words[at] ?? 0) ^ word
  const rest = aligned + words.length * 4
  unmaskBytes(bytes.subarray(rest), key, position + rest)
}

const noWords = new Uint32Array(0)

function wordsOf(aligned: Buffer): Uint32Array {
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length >> 2)
}

function unmaskBytes(bytes: Buffer, key: Buffer, position: number): void {
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = (bytes[at] ?? 0) ^ (key[(position + at) % 4] ?? 0)
}
