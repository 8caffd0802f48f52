const waiting: (() => void)[] = []

/** Calls `resume` in a later turn of the event loop, in which no other costly read continues. */
export function waitForReadTurn(resume: () => void): void {
  waiting.push(resume)
  if (waiting.length === 1) setImmediate(continueOne)
}

function continueOne(): void {
  waiting.shift()?.()
  if (waiting.length > 0) setImmediate(continueOne)
}
