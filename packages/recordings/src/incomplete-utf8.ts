/**
 * @returns how many bytes at the end belong to a UTF-8 character that is not complete: 0 to 3
 * @see RFC 3629, section 3
 */
export function incompleteBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if ((byte & 0xc0) === 0x80) continue
    const needed =
      byte >= 0xf0 && byte <= 0xf4 ? 4 : byte >= 0xe0 && byte < 0xf0 ? 3 : byte >= 0xc2 && byte < 0xe0 ? 2 : 1
    return needed > back ? back : 0
  }
  return 0
}
