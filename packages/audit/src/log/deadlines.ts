export interface Deadline {
  /** Restarts the deadline. No effect after it was missed or stopped. */
  extend(): void
  stop(): void
}

interface RunningDeadline extends Deadline {
  /** By `performance.now()`. */
  dueAt: number
  readonly onMissed: () => void
}

/**
 * Deadlines of the same length, in milliseconds. They share one timer, because a timer for each deadline costs more.
 *
 * @returns a function that starts a deadline
 */
export function createDeadlines(length: number): (onMissed: () => void) => Deadline {
  /** The running deadlines, the earliest first. */
  const running = new Set<RunningDeadline>()
  let timer: NodeJS.Timeout | undefined

  function wake(milliseconds: number) {
    timer = setTimeout(check, milliseconds).unref()
  }

  function check() {
    timer = undefined
    const now = performance.now()
    for (const deadline of running) {
      if (deadline.dueAt > now) return wake(deadline.dueAt - now)
      running.delete(deadline)
      deadline.onMissed()
    }
  }

  return function start(onMissed) {
    const deadline: RunningDeadline = {
      dueAt: performance.now() + length,
      onMissed,
      extend() {
        if (!running.delete(deadline)) return
        deadline.dueAt = performance.now() + length
        running.add(deadline)
      },
      stop: () => void running.delete(deadline),
    }
    running.add(deadline)
    if (!timer) wake(length)
    return deadline
  }
}
