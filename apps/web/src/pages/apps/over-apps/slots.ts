/** Runs at most `count` tasks at a time, in their order. A task that is aborted while it waits never starts. */
export function createSlots(count: number) {
  const waiting: (() => void)[] = []
  let free = count

  async function acquire(): Promise<void> {
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
  }

  function release(): void {
    const next = waiting.shift()
    if (next === undefined) free++
    else next()
  }

  return async function run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await acquire()
    try {
      signal.throwIfAborted()
      return await task()
    } finally {
      release()
    }
  }
}
