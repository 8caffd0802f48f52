/** Shares the event loop among long computations: each continues in a turn of its own, and everything else goes on in between. */
export interface Turns {
  /** Resolves in a later turn, in which no other computation continues. */
  next(): Promise<void>
}

export function createTurns(): Turns {
  const waiting: (() => void)[] = []

  function continueOne(): void {
    waiting.shift()?.()
    if (waiting.length > 0) setImmediate(continueOne)
  }

  return {
    next() {
      return new Promise((resolve) => {
        waiting.push(resolve)
        if (waiting.length === 1) setImmediate(continueOne)
      })
    },
  }
}

/** Milliseconds: short beside the time that a call takes. */
const slice = 4

/** Runs the steps of a computation, a few milliseconds of them in each turn. */
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
