import type { Writable } from 'node:stream'
import type { AbortListener, CallSignal } from './types.ts'

/**
 * Tells when the caller of a request has gone: its answer was closed before it was finished, or `abort` was called.
 * Does for one call what an AbortSignal does, at a tenth of its price: that one costs a fifth of a small request.
 */
export class CallerSignal implements CallSignal {
  aborted = false
  #listener: AbortListener | null = null
  /** Rarely any: most of the time a call is at one place. */
  #others: AbortListener[] = []

  constructor(answer?: Writable) {
    answer?.on('close', () => {
      if (!answer.writableFinished) this.abort()
    })
  }

  abort(): void {
    if (this.aborted) return
    this.aborted = true
    const others = this.#others
    this.#listener?.handleEvent()
    for (const listener of others) listener.handleEvent()
  }

  addEventListener(_type: 'abort', listener: AbortListener): void {
    if (this.#listener === null) this.#listener = listener
    else this.#others = [...this.#others, listener]
  }

  removeEventListener(_type: 'abort', listener: AbortListener): void {
    if (this.#listener === listener) this.#listener = null
    else this.#others = this.#others.filter((other) => other !== listener)
  }
}
