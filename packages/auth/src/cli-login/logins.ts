import { cliLoginDenied } from '../errors.ts'
import type { Place } from './decision.ts'
import { isLoginDenial, notPolled } from './denial.ts'
import { createDeviceLogins, type Polled } from './device.ts'
import { createLoopbackLogins } from './loopback.ts'
import type { CliLoginOptions } from './options.ts'
import type { NewCliSession } from './session.ts'

export type CliLogins = ReturnType<typeof createCliLogins>

/** Logins of the rack-gateway command. Which of the two flows one takes is fixed when it begins. */
export function createCliLogins(options: CliLoginOptions) {
  const loopback = createLoopbackLogins(options)
  const device = createDeviceLogins(options)

  return {
    loopback,
    device,

    /** @throws CliLoginRefused */
    async redeem(code: string, verifier: string, place: Place): Promise<NewCliSession> {
      const session = await loopback.redeem(code, verifier, place)
      if (isLoginDenial(session)) throw cliLoginDenied(session)
      return session
    },

    /** Only device logins can be polled. The sender of a loopback login's address gets nothing here. */
    async poll(secret: string, place: Place): Promise<Polled> {
      if (loopback.read(secret) !== null) throw cliLoginDenied(notPolled)
      return device.poll(secret, place)
    },
  }
}
