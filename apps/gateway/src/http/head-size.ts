import type { IncomingMessage } from 'node:http'

/** Bytes of memory for a request without its headers, and for a name or a value without its characters. */
const sizes = { request: 3_072, text: 24 }

/** The bytes of memory that a request without its body needs, about. Measured with Node 20. */
export function headSize({ url = '', rawHeaders }: Pick<IncomingMessage, 'url' | 'rawHeaders'>): number {
  let size = sizes.request + url.length
  for (const text of rawHeaders) size += text.length + sizes.text
  return size
}
