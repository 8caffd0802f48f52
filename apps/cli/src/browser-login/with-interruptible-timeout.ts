import { Interrupted } from '../errors/errors.ts'

export interface InterruptibleTimeout {
  /** Aborted at Ctrl-C. */
  readonly interruption: AbortSignal
  readonly milliseconds: number
  readonly timeoutError: () => Error
}

/** @throws the error of `timeoutError` after the timeout, Interrupted at Ctrl-C, and the errors of `work` */
export async function withInterruptibleTimeout<T>(
  { interruption, milliseconds, timeoutError }: InterruptibleTimeout,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const timeout = AbortSignal.timeout(milliseconds)
  try {
    return await work(AbortSignal.any([interruption, timeout]))
  } catch (error) {
    if (interruption.aborted) throw new Interrupted()
    if (timeout.aborted) throw timeoutError()
    throw error
  }
}
