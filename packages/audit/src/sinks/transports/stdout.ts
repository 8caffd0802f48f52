import type { Writable } from 'node:stream'
import type { SinkEvent } from './sink-event.ts'
import type { SinkTransport } from './transport.ts'

/**
 * One line per event. A slow reader delays only this sink, because pipe writes do not block the process. Each line is
 * one write. A write of up to 4 KiB to a pipe is atomic, so no line of the process's log splits such a line.
 */
export function createStdoutTransport(output: Writable = process.stdout): SinkTransport {
  /** The last write, which cannot be canceled, so nothing is written until it ends. */
  let pending: Promise<void> = Promise.resolve()
  // Without a listener, a closed pipe would end the process.
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
