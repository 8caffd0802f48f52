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

/** @param onDone called with the milliseconds of all slices together */
export async function runInTurns<T>(
  steps: Generator<void, T>,
  turns: Turns,
  onDone: (milliseconds: number, result: T) => void = () => {},
): Promise<T> {
  let milliseconds = 0
  for (;;) {
    await turns.next()
    const began = performance.now()
    const end = began + slice
    let at: number
    do {
      const step = steps.next()
      at = performance.now()
      if (!step.done) continue
      onDone(milliseconds + at - began, step.value)
      return step.value
    } while (at < end)
    milliseconds += at - began
  }
}

/**
 * Returns a function to call between two steps of a computation. Once the computation has run for a slice of time, the
 * function returns a promise that resolves in a later turn. A computation of one slice continues without a pause.
 *
 * @param beforeContinuing can throw an error to end the computation
 */
export function createPauses(turns: Turns, beforeContinuing: () => void): () => Promise<void> | null {
  let end = performance.now() + slice

  async function pause(): Promise<void> {
    await turns.next()
    beforeContinuing()
    end = performance.now() + slice
  }

  return () => (performance.now() < end ? null : pause())
}

/** Takes each item when the consumer asks for it, with pauses between the items. */
export async function* withPauses<T>(items: Iterable<T>, pauses: () => Promise<void> | null): AsyncGenerator<T, void> {
  for (const item of items) {
    yield item
    const pause = pauses()
    if (pause !== null) await pause
  }
}
