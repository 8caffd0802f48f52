/** Tracks whether something is failing, and reports only changes. */
export interface FailureState {
  fail(cause: unknown): void
  recover(): void
  /** The error message while it fails, or null. */
  readonly message: string | null
}

export function createFailureState(listener: { onFailing(cause: unknown): void; onRecovered(): void }): FailureState {
  let message: string | null = null
  return {
    fail(cause) {
      const isNew = message === null
      message = cause instanceof Error ? cause.message : String(cause)
      if (isNew) listener.onFailing(cause)
    },
    recover() {
      if (message !== null) listener.onRecovered()
      message = null
    },
    get message() {
      return message
    },
  }
}
