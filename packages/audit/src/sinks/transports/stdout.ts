import type { Writable } from 'node:stream'
import type { SinkEvent } from '../sink-event.ts'
import type { SinkTransport } from '../transport.ts'

/**
 * A line an event. Who doesn't read keeps only this sink waiting: writes of a pipe don't block the process. Each line is a write of
 * its own, because a pipe takes up to 4 KiB whole or not at all: no line of the process's log comes into the midst of one.
 */
export function createStdoutTransport(output: Writable = process.stdout): SinkTransport {
  /** What was handed over, but not taken: it can't be called back, so nothing is added to it. */
  let pending: Promise<void> = Promise.resolve()
  // A reader who goes away is a failure of the write; unheard, it would be the end of the process.
  output.on('error', () => {})
  return {
    limits: { events: 500, characters: 256 * 1024 },
    async deliver(events, signal) {
      await pending.catch(() => {})
      pending = writeLines(output, events, signal)
      await pending
    },
    async close() {},
  }
}

async function writeLines(output: Writable, events: readonly SinkEvent[], signal: AbortSignal): Promise<void> {
  for (const { canonical } of events) {
    signal.throwIfAborted()
    await write(output, `${canonical}\n`)
  }
}

function write(output: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    output.write(text, (error) => (error ? reject(error) : resolve()))
  })
}
