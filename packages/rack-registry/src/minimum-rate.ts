import { BodyTooSlow } from './errors.ts'

/** Watches a body that is read as it comes. */
export interface MinimumRate {
  /** The reader waits for the sender from now on. */
  wait(): void
  /** The reader takes nothing now, so that the sender can't send. */
  rest(): void
  came(bytes: number): void
  stop(): void
}

/**
 * Low enough for any line: what it ends is a sender that has stopped. Between two attempts to send, TCP waits for up to
 * 120 s, so the time should be longer than that.
 */
const leastBytes = 1024

/** @param milliseconds of waiting in which at least 1 KiB has to come, unless the body ends before */
export function watchRate(milliseconds: number, onSlow: (error: Error) => void): MinimumRate {
  let waiting = false
  let came = 0
  const timer = setTimeout(function judge() {
    if (!waiting) return
    const reason = `the request body brought less than 1 KiB in ${milliseconds / 1_000} s, so the gateway stopped waiting for it`
    onSlow(new BodyTooSlow(reason, 'check your connection, and send it again'))
  }, milliseconds)
  timer.unref()

  return {
    wait() {
      if (waiting) return
      waiting = true
      came = 0
      timer.refresh()
    },
    rest() {
      waiting = false
    },
    came(bytes) {
      came += bytes
      if (came < leastBytes) return
      came = 0
      timer.refresh()
    },
    stop() {
      clearTimeout(timer)
    },
  }
}
