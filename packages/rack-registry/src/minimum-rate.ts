import { BodyTooSlow } from './errors.ts'

export interface RateWatch {
  /** The reader waits for the sender. */
  startWaiting(): void
  /** The reader stops reading, so that the sender can't send. */
  stopWaiting(): void
  received(bytes: number): void
  stop(): void
}

/**
 * Bytes. Any sender that is not stalled reaches this minimum. TCP waits up to 120 s between retransmissions, so the
 * period of `watchMinimumRate` should be longer.
 */
const minimumBytes = 1024

/** @param milliseconds the period of waiting in which at least 1 KiB must arrive, unless the body ends */
export function watchMinimumRate(milliseconds: number, onSlow: (error: Error) => void): RateWatch {
  let waiting = false
  let bytesSinceRefresh = 0
  const timer = setTimeout(function checkRate() {
    if (!waiting) return
    const reason = `The request body sent less than 1 KiB in ${milliseconds / 1_000} s, so the gateway stopped waiting for it.`
    onSlow(new BodyTooSlow(reason, 'Check your connection, and send the request again.'))
  }, milliseconds)
  timer.unref()

  return {
    startWaiting() {
      if (waiting) return
      waiting = true
      bytesSinceRefresh = 0
      timer.refresh()
    },
    stopWaiting() {
      waiting = false
    },
    received(bytes) {
      bytesSinceRefresh += bytes
      if (bytesSinceRefresh < minimumBytes) return
      bytesSinceRefresh = 0
      timer.refresh()
    },
    stop() {
      clearTimeout(timer)
    },
  }
}
