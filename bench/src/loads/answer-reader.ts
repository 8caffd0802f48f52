export interface ReadAnswer {
  readonly status: number
  readonly body: Buffer
}

const endOfHead = Buffer.from('\r\n\r\n')

/**
 * Reads answers with a Content-Length from a connection, with little processor time.
 *
 * @returns a function for each received chunk, which calls `onAnswer` for each complete answer
 * @throws from that function, for an answer without a length
 */
export function createAnswerReader(onAnswer: (answer: ReadAnswer) => void): (chunk: Buffer) => void {
  let waiting: Buffer = Buffer.alloc(0)
  let wanted = 0
  return function read(chunk) {
    waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk])
    while (waiting.length > 0 && waiting.length >= wanted) {
      const head = waiting.indexOf(endOfHead)
      if (head === -1) return
      const begin = head + endOfHead.length
      const text = waiting.toString('latin1', 0, head)
      const end = begin + lengthOf(text)
      wanted = end
      if (waiting.length < end) return
      const answer = { status: Number(text.slice(9, 12)), body: waiting.subarray(begin, end) }
      waiting = waiting.subarray(end)
      wanted = 0
      onAnswer(answer)
    }
  }
}

function lengthOf(head: string): number {
  const found = /\r\ncontent-length: *(\d+)/i.exec(head)
  if (!found) throw new Error('an answer came without a Content-Length, which this load cannot read')
  return Number(found[1])
}
