/** Tests replace the clock, so that they do not wait. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** @returns a function that cancels the callback */
  after(milliseconds: number, callback: () => void): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds)
    return () => clearTimeout(timer)
  },
}

export function fastClock(factor: number): Clock {
  const start = Date.now()
  const startedAt = performance.now()
  return {
    now: () => Math.floor(start + (performance.now() - startedAt) * factor),
    after: (milliseconds, callback) => systemClock.after(milliseconds / factor, callback),
  }
}

/** Resolves after `milliseconds`, or at once when the signal aborts. */
export function pause(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = promiseWithResolve()
  if (signal.aborted) resolve()
  const cancel = clock.after(milliseconds, resolve)
  signal.addEventListener('abort', resolve, { once: true })
  return promise.finally(() => {
    cancel()
    signal.removeEventListener('abort', resolve)
  })
}

function promiseWithResolve(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

/** Formats a time as Go does in JSON: nanoseconds without trailing zeros. */
export function goTime(milliseconds: number, nanoseconds = 0): string {
  const fraction = `${String(((milliseconds % 1000) + 1000) % 1000).padStart(3, '0')}${String(nanoseconds).padStart(6, '0')}`
  const seconds = new Date(milliseconds).toISOString().slice(0, 19)
  const digits = fraction.replace(/0+$/, '')
  return digits === '' ? `${seconds}Z` : `${seconds}.${digits}Z`
}

/** Go's zero value of a time. */
export const zeroTime = '0001-01-01T00:00:00Z'

export interface ManualClock extends Clock {
  /** Advances the time. Callbacks that are due run in order, with turns of the event loop in between. */
  advance(milliseconds: number): Promise<void>
}

export function manualClock(start = Date.UTC(2026, 10, 24, 22, 57, 49)): ManualClock {
  const due = new Map<() => void, number>()
  let now = start
  function nextUntil(end: number): (() => void) | undefined {
    const ready = [...due].filter(([, at]) => at <= end).sort(([, a], [, b]) => a - b)
    return ready[0]?.[0]
  }
  return {
    now: () => now,
    after(milliseconds, callback) {
      const entry = () => callback()
      due.set(entry, now + milliseconds)
      return () => due.delete(entry)
    },
    async advance(milliseconds) {
      const end = now + milliseconds
      for (let next = nextUntil(end); next !== undefined; next = nextUntil(end)) {
        now = Math.max(now, due.get(next) ?? now)
        due.delete(next)
        next()
        for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
      }
      now = end
    },
  }
}
