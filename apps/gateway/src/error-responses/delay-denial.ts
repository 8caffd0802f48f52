import type { ServerResponse } from 'node:http'
import { headSize } from '../http/head-size.ts'

/** While this many denials are delayed, any further denial is sent at once. */
const maxDelayed = 2_000
/** Bytes. A request with a larger head is not kept in memory for a delay. */
const largeHead = 16 * 1024

let delayed = 0

/**
 * Waits before a caller above a limit is answered, because some callers ask again at once.
 * The delay varies, so that callers that are denied together do not come back together.
 *
 * @param shortest milliseconds; the longest delay is twice as long
 */
export function delayDenial(response: ServerResponse, shortest = 1_000): Promise<void> {
  if (delayed >= maxDelayed || response.destroyed || headSize(response.req) > largeHead) return Promise.resolve()
  delayed += 1
  return new Promise((resolve) => {
    function end(): void {
      delayed -= 1
      clearTimeout(timer)
      response.removeListener('close', end)
      resolve()
    }
    const timer = setTimeout(end, shortest * (1 + Math.random()))
    response.once('close', end)
  })
}
