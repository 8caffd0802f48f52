import type { Context } from '../context.ts'
import { LoginFailed } from '../errors.ts'
import { timedOut } from './login-errors.ts'
import { withInterruptibleTimeout } from './with-interruptible-timeout.ts'

/** Milliseconds. The gateway keeps a login that was begun for as long. */
const loginTimeout = 600_000

/** Runs `work` until it ends, a timeout, or Ctrl-C. @throws LoginFailed, Interrupted */
export function withLoginTimeout<T>(context: Context, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const timeoutError = () => new LoginFailed(...timedOut)
  const interruption = context.interruption()
  return withInterruptibleTimeout({ interruption, milliseconds: loginTimeout, timeoutError }, work)
}
