import { cliLoginDenied } from '../errors.ts'
import { createConvoxLogins } from './convox.ts'
import type { RequestContext } from './decision.ts'
import { isLoginDenial, notPolled } from './denial.ts'
import { createDeviceLogins, type PollResult } from './device.ts'
import { createLoopbackLogins } from './loopback.ts'
import type { CliLoginOptions } from './options.ts'
import type { NewCliSession } from './session.ts'

export type CliLogins = ReturnType<typeof createCliLogins>

export function createCliLogins(options: CliLoginOptions) {
  const loopback = createLoopbackLogins(options)
  const device = createDeviceLogins(options)

  return {
    loopback,
    device,
    convox: createConvoxLogins(options),

    /** @throws CliLoginRefused */
    async redeem(code: string, verifier: string, context: RequestContext): Promise<NewCliSession> {
      const session = await loopback.redeem(code, verifier, context)
      if (isLoginDenial(session)) throw cliLoginDenied(session)
      return session
    },

    /** Only device logins can be polled. The handle of a loopback login is part of a URL, so it is not a secret. */
    async poll(secret: string, context: RequestContext): Promise<PollResult> {
      if (loopback.read(secret) !== null) throw cliLoginDenied(notPolled)
      return device.poll(secret, context)
    },
  }
}
