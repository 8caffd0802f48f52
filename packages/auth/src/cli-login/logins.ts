import { cliLoginDenied } from '../errors/errors.ts'
import { LoginDenied } from '../errors/login-denial.ts'
import { createConvoxSession } from '../sessions/convox-sessions.ts'
import { freshLoginLife } from '../sessions/fresh-login.ts'
import type { IssuedCredential } from '../sessions/sessions.ts'
import { authenticatedAt, authorOf, type BrowserUser, type RequestContext } from './decision.ts'
import { isLoginDenial, notPolled, oldConvoxLogin } from './denial.ts'
import { createDeviceLogins, type PollResult } from './device.ts'
import { createLoopbackLogins } from './loopback.ts'
import type { CliLoginOptions } from './options.ts'
import { recordedChange } from './recorded-change.ts'
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

/** Issues sessions for the stock CLI to people who have only a browser. */
function createConvoxLogins(options: CliLoginOptions) {
  const { clock, mint, terms } = options
  return {
    /** @throws LoginDenied if the login of the browser is not fresh */
    issue(user: BrowserUser, context: RequestContext): Promise<IssuedCredential> {
      return recordedChange(options, authorOf(user), context, async (change) => {
        const now = clock.now()
        const { session: requester } = user
        if ((await authenticatedAt(change.tx, requester)) < now - freshLoginLife) throw new LoginDenied(oldConvoxLogin)
        const { lifetime } = terms
        return createConvoxSession(change, mint, {
          requester,
          device: 'convox of a browser',
          rack: null,
          lifetime,
          now,
        })
      })
    },
  }
}
