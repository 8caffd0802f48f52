import type { Duplex } from 'node:stream'

const largestQueue = 1024 * 1024

/** Received but unread bytes of a client. Pauses the socket while there are more than 1 MiB. */
export interface InputQueue {
  push(data: Buffer): void
  /** No more bytes follow. */
  end(): void
  /** Discards queued and later data. */
  discard(): void
  items(): AsyncIterable<Buffer>
}

export function createInputQueue(socket: Duplex, disconnected: AbortSignal): InputQueue {
  const waiting: Buffer[] = []
  let size = 0
  let ended = false
  let wake = () => {}
  function end() {
    ended = true
    wake()
  }
  disconnected.addEventListener('abort', end)
  return {
    end,
    discard() {
      waiting.length = 0
      size = 0
      end()
      socket.resume()
    },
    push(data) {
      if (ended || data.length === 0) return
      waiting.push(data)
      size += data.length
      if (size > largestQueue) socket.pause()
      wake()
    },
    async *items() {
      for (;;) {
        const next = waiting.shift()
        if (next !== undefined) {
          size -= next.length
          if (size <= largestQueue) socket.resume()
          yield next
        } else if (ended) return
        else
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
    },
  }
}
