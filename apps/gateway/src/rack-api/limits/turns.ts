/** Shares the event loop among long computations. Only one computation runs in each turn, after all other work. */
export interface Turns {
  /** Resolves in a later turn, in which no other computation continues. */
  next(): Promise<void>
}

/** Milliseconds. If other work in a turn takes longer, computations wait for a quieter turn. */
const busyTurn = 0.5
/** Milliseconds after which a computation continues even in a busy turn. */
const maxWait = 6

export function createTurns(now: () => number = () => performance.now()): Turns {
  const waiting: (() => void)[] = []
  let turnBegan = 0
  let lastContinued = 0

  function continueOne(): void {
    const at = now()
    const isBusy = at - turnBegan > busyTurn && at - lastContinued < maxWait
    turnBegan = at
    if (!isBusy) {
      lastContinued = at
      waiting.shift()?.()
    }
    if (waiting.length > 0) setImmediate(continueOne)
  }

  return {
    next() {
      turnBegan = now()
      return new Promise((resolve) => {
        waiting.push(resolve)
        if (waiting.length === 1) setImmediate(continueOne)
      })
    },
  }
}

/**
 * Milliseconds for which a computation runs in one turn. Short, because a request to the gateway takes many turns of
 * the event loop, and a computation can run in each of them.
 */
const slice = 0.3

/** For a computation that is known to be short. */
export function runAtOnce<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

export async function runInTurns<T>(steps: Generator<void, T>, turns: Turns): Promise<T> {
  for (;;) {
    await turns.next()
    const end = performance.now() + slice
    do {
      const step = steps.next()
      if (step.done) return step.value
    } while (performance.now() < end)
  }
}
