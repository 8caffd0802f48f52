import type { Context } from '../context.ts'
import { Interrupted, LoginFailed } from '../errors.ts'
import { tooLate } from './login-errors.ts'

/** As long as a login is good for, in milliseconds. */
const loginLife = 600_000

/** What `work` brings before ten minutes are over, and before Ctrl-C. @throws LoginFailed, Interrupted */
export async function untilStopped<T>(context: Context, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interruption = context.interruption()
  const timeout = AbortSignal.timeout(loginLife)
  try {
    return await work(AbortSignal.any([interruption, timeout]))
  } catch (error) {
    if (interruption.aborted) throw new Interrupted()
    if (timeout.aborted) throw new LoginFailed(...tooLate)
    throw error
  }
}
