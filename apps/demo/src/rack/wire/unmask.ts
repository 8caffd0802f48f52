/**
 * Takes a mask off in place, four bytes at a time where memory allows it.
 *
 * @param taken how many bytes of the payload came before these
 */
export function unmask(bytes: Buffer, key: Buffer, taken: number): void {
  if (bytes.length < 8) return unmaskBytes(bytes, key, taken)
  const aligned = (4 - (bytes.byteOffset % 4)) % 4
  unmaskBytes(bytes.subarray(0, aligned), key, taken)
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + aligned, (bytes.length - aligned) >> 2)
  const word =
    new Uint32Array(Uint8Array.from([0, 1, 2, 3], (at) => key[(taken + aligned + at) % 4] ?? 0).buffer)[0] ?? 0
  for (let at = 0; at < words.length; at += 1) words[at] = (words[at] ?? 0) ^ word
  const rest = aligned + words.length * 4
  unmaskBytes(bytes.subarray(rest), key, taken + rest)
}

function unmaskBytes(bytes: Buffer, key: Buffer, taken: number): void {
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = (bytes[at] ?? 0) ^ (key[(taken + at) % 4] ?? 0)
}
