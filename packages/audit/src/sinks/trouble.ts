/** Whether something goes wrong, told when it begins and when it is over. */
export interface Trouble {
  began(cause: unknown): void
  isOver(): void
  /** What is wrong, or null. */
  readonly message: string | null
}

export function createTrouble(tell: { failing(cause: unknown): void; recovered(): void }): Trouble {
  let message: string | null = null
  return {
    began(cause) {
      const isNew = message === null
      message = cause instanceof Error ? cause.message : String(cause)
      if (isNew) tell.failing(cause)
    },
    isOver() {
      if (message !== null) tell.recovered()
      message = null
    },
    get message() {
      return message
    },
  }
}
