/** A computation that pauses at each `yield`, so that a caller can do other work between two steps. */
export type Steps<T> = Generator<void, T>

/** Bytes or characters that one step processes. One step takes about 0.1 ms. */
export const stepSize = 16 * 1024

/** Runs a computation without pauses. */
export function runToEnd<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

/** Says when a loop over many small items must pause. The function takes the characters of the next item. */
export function createPauses(): (size: number) => boolean {
  let processed = 0
  return function isPauseDue(size) {
    processed += size + sizeOfItem
    if (processed < stepSize) return false
    processed = 0
    return true
  }
}

/** An item without characters also takes time. */
const sizeOfItem = 32
