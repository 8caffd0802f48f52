import type { CastEvent } from './cast.ts'

/** Lets the page do other work. */
export type YieldToPage = () => Promise<void>

/** Milliseconds of work after which the page gets its turn: less than a frame. */
const maxSlice = 8

/** Characters that are processed in one step: some milliseconds of work. */
const pieceLength = 8 * 1024

/** Divides an output event with much text into several events. */
export function piecesOf(event: CastEvent): readonly CastEvent[] {
  const { data } = event
  if (event.code !== 'o' || data.length <= pieceLength) return [event]
  const count = Math.ceil(data.length / pieceLength)
  return Array.from({ length: count }, (_, n) => ({
    ...event,
    data: data.slice(n * pieceLength, (n + 1) * pieceLength),
  }))
}

/** Divides long work. @returns a function to call after each step, which lets the page do other work when it is time */
export function createTimeSlices(yieldToPage: YieldToPage, now: () => number = () => performance.now()) {
  let startedAt = now()
  return async function endStep(): Promise<void> {
    if (now() - startedAt < maxSlice) return
    await yieldToPage()
    startedAt = now()
  }
}

/** Yields by a message, because timers are delayed: by 4 ms if they are nested, and in hidden pages by a second and more. */
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
