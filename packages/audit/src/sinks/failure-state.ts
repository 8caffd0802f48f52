/** Tracks whether something is failing, and reports only changes. */
export interface FailureState {
  fail(cause: unknown): void
  recover(): void
  /** The message of the current failure; null without a failure. */
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
