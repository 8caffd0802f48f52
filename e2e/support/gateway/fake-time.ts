import { vi } from 'vitest'

const realTimeout = setTimeout
const realInterval = setInterval

/** Who speaks with the database: it answers in real time, so their limits stay real. */
const ofDatabase = /node_modules\/postgres\/|packages\/(audit|auth|database)\//

/**
 * Fakes all timers of this process that JavaScript sets, except for those of the database. The timers of Node itself, for servers
 * and sockets, cannot be faked, so tests assert their settings instead.
 */
export function fakeTimers(): void {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
    shouldClearNativeTimers: true,
  })
  // Not by `vi.stubGlobal`, which ends with the test: these timers may be needed by all tests of a file.
  Object.assign(globalThis, {
    setTimeout: chosen(realTimeout, globalThis.setTimeout),
    setInterval: chosen(realInterval, globalThis.setInterval),
  })
}

export function realTimers(): void {
  vi.useRealTimers()
  Object.assign(globalThis, { setTimeout: realTimeout, setInterval: realInterval })
}

type SetTimer = (callback: () => void, milliseconds?: number, ...rest: never[]) => NodeJS.Timeout

function chosen(real: SetTimer, fake: SetTimer): SetTimer {
  return (callback, milliseconds, ...rest) => {
    const set = ofDatabase.test(new Error().stack ?? '') ? real : fake
    return set(callback, milliseconds, ...rest)
  }
}

export async function pass(milliseconds: number): Promise<void> {
  const step = 5_000
  for (let left = milliseconds; left > 0; left -= step) {
    await vi.advanceTimersByTimeAsync(step)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Waits for something that needs timers now and then, at the pace of real time. */
export async function meanwhile<T>(work: Promise<T>): Promise<T> {
  let settled = false
  const settle = () => {
    settled = true
  }
  work.then(settle, settle)
  while (!settled) {
    await vi.advanceTimersByTimeAsync(1)
    await new Promise((resolve) => realTimeout(resolve, 1))
  }
  return work
}
