import type { TimedEvent } from './timed-event.ts'

/** Lets the page do other work. */
export type YieldToPage = () => Promise<void>

/** Milliseconds of work until the page can do other work: less than a frame. */
const maxSlice = 8

/** Characters that are processed in one step: some milliseconds of work. */
const pieceLength = 8 * 1024

export function piecesOf(event: TimedEvent): readonly TimedEvent[] {
  const { data } = event
  if (event.code !== 'o' || data.length <= pieceLength) return [event]
  const count = Math.ceil(data.length / pieceLength)
  return Array.from({ length: count }, (_, n) => ({
    ...event,
    data: data.slice(n * pieceLength, (n + 1) * pieceLength),
  }))
}

/**
 * @returns a function to call after each step of long work. About every `maxSlice` milliseconds, this function calls
 *   `yieldToPage`.
 */
export function createTimeSlices(yieldToPage: YieldToPage, now: () => number = () => performance.now()) {
  let startedAt = now()
  return async function endStep(): Promise<void> {
    if (now() - startedAt < maxSlice) return
    await yieldToPage()
    startedAt = now()
  }
}

/** Uses a message, because browsers delay nested timers by 4 ms, and timers of hidden pages by a second or more. */
export function yieldByMessage(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(null)
  })
}
