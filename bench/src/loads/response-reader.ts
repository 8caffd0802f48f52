export interface ReadResponse {
  readonly status: number
  readonly body: Buffer
}

const endOfHead = Buffer.from('\r\n\r\n')

/**
 * Reads responses with a Content-Length from a connection, with little processor time.
 *
 * @returns a function to call with each received chunk; it calls `onResponse` for each complete response
 * @throws from that function, for a response without a length
 */
export function createResponseReader(onResponse: (response: ReadResponse) => void): (chunk: Buffer) => void {
  let buffer: Buffer = Buffer.alloc(0)
  let responseLength = 0
  return function read(chunk) {
    buffer = buffer.length === 0 ? chunk : Buffer.concat([buffer, chunk])
    while (buffer.length > 0 && buffer.length >= responseLength) {
      const head = buffer.indexOf(endOfHead)
      if (head === -1) return
      const begin = head + endOfHead.length
      const text = buffer.toString('latin1', 0, head)
      const end = begin + lengthOf(text)
      responseLength = end
      if (buffer.length < end) return
      const response = { status: Number(text.slice(9, 12)), body: buffer.subarray(begin, end) }
      buffer = buffer.subarray(end)
      responseLength = 0
      onResponse(response)
    }
  }
}

function lengthOf(head: string): number {
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)
  if (!length) throw new Error('a response has no Content-Length, so this load cannot read it')
  return Number(length[1])
}
