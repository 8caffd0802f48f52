export interface Deadline {
  /** Starts its time again. */
  extend(): void
  stop(): void
}

interface OpenDeadline extends Deadline {
  at: number
  readonly onMissed: () => void
}

/**
 * Deadlines of the same length, in milliseconds. They share one timer, which costs a batch less than a timer of its own. The timer does
 * not keep the process alive.
 *
 * @returns a function that starts a deadline
 */
export function createDeadlines(length: number): (onMissed: () => void) => Deadline {
  /** The earliest first. */
  const open = new Set<OpenDeadline>()
  let timer: NodeJS.Timeout | undefined

  function wake(milliseconds: number) {
    timer = setTimeout(check, milliseconds).unref()
  }

  function check() {
    timer = undefined
    const now = performance.now()
    for (const deadline of open) {
      if (deadline.at > now) return wake(deadline.at - now)
      open.delete(deadline)
      deadline.onMissed()
    }
  }

  return function start(onMissed) {
    const deadline: OpenDeadline = {
      at: performance.now() + length,
      onMissed,
      extend() {
        if (!open.delete(deadline)) return
        deadline.at = performance.now() + length
        open.add(deadline)
      },
      stop: () => void open.delete(deadline),
    }
    open.add(deadline)
    if (!timer) wake(length)
    return deadline
  }
}
