/** Milliseconds for which relays read in one turn of the event loop. */
const longestTurn = 2
/** Milliseconds without reads, after which a turn counts as new. A scheduled turn would cost more than most reads. */
const newTurnAfter = 1

const waiting: (() => void)[] = []
let spent = 0
let lastEnd = 0

/**
 * Counts a read, with the times of `performance.now()`.
 *
 * @returns whether the reads of this turn of the event loop took so long that further ones must wait
 */
export function countRead(began: number, ended: number): boolean {
  if (waiting.length === 0 && began - lastEnd >= newTurnAfter) spent = 0
  spent += ended - began
  lastEnd = ended
  return spent > longestTurn
}

/** Calls `resume` in a later turn of the event loop, in which no other read that waits continues. */
export function waitForReadTurn(resume: () => void): void {
  waiting.push(resume)
  if (waiting.length === 1) setImmediate(beginTurn)
}

function beginTurn(): void {
  spent = 0
  waiting.shift()?.()
  if (waiting.length > 0) setImmediate(beginTurn)
}
