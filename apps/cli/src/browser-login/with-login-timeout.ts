import type { Context } from '../context.ts'
import { Interrupted, LoginFailed } from '../errors.ts'
import { timedOut } from './login-errors.ts'

/** Milliseconds. The gateway keeps a login that was begun for as long. */
const loginTimeout = 600_000

/** Runs `work` until it ends, a timeout, or Ctrl-C. @throws LoginFailed, Interrupted */
export async function withLoginTimeout<T>(context: Context, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interruption = context.interruption()
  const timeout = AbortSignal.timeout(loginTimeout)
  try {
    return await work(AbortSignal.any([interruption, timeout]))
  } catch (error) {
    if (interruption.aborted) throw new Interrupted()
    if (timeout.aborted) throw new LoginFailed(...timedOut)
    throw error
  }
}
