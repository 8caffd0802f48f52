import { LoginFailed } from '../errors/errors.ts'
import type { Context } from '../invocation/context.ts'
import { loginTimedOut } from './login-errors.ts'
import { withInterruptibleTimeout } from './with-interruptible-timeout.ts'

/** Milliseconds. The gateway discards an unfinished login after the same time. */
const loginTimeout = 600_000

/** @throws LoginFailed after the timeout, Interrupted at Ctrl-C, and the errors of `work` */
export function withLoginTimeout<T>(context: Context, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const timeoutError = () => new LoginFailed(...loginTimedOut)
  const interruption = context.interruption()
  return withInterruptibleTimeout({ interruption, milliseconds: loginTimeout, timeoutError }, work)
}
