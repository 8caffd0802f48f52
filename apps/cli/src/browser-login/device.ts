import { setTimeout as wait } from 'node:timers/promises'
import type { NewSession } from '@rack-gateway/gateway-api'
import { GatewayUnreachable, LoginFailed } from '../errors/errors.ts'
import type { Context } from '../invocation/context.ts'
import { createLoginClient } from './gateway.ts'
import { loginDenied, loginTimedOut } from './login-errors.ts'
import type { BrowserLogin } from './loopback.ts'
import { thisDevice } from './this-device.ts'
import { withLoginTimeout } from './with-login-timeout.ts'

/** Logs in with a code that the user types into any browser. The code is never part of a URL. */
export async function deviceLogin(context: Context, { origin, tlsTrust, rack }: BrowserLogin): Promise<NewSession> {
  const gateway = createLoginClient(origin, tlsTrust)
  const rackField = rack === undefined ? {} : { rack }
  const { code, address, secret, intervalSeconds } = await gateway.beginDevice({ ...thisDevice(), ...rackField })
  context.note(`Open ${address} in a browser on any device, and type this code: ${code}`)
  context.note('The code is valid for ten minutes and only for you. Do not send it to anyone.')
  return withLoginTimeout(context, async function pollUntilDecided(signal) {
    for (let seconds = intervalSeconds; ; ) {
      await wait(seconds * 1_000, undefined, { signal })
      const result = await gateway.poll(secret, signal).catch(retryIfUnreachable)
      seconds = typeof result === 'number' ? result : intervalSeconds
      if (typeof result === 'number' || result.status === 'pending') continue
      if (result.session !== undefined) return result.session
      const [reason, remedy] = result.status === 'denied' ? loginDenied : loginTimedOut
      throw new LoginFailed(reason, remedy)
    }
  })
}

/** A brief network failure does not end a login. @returns seconds to wait */
function retryIfUnreachable(error: unknown): number {
  if (error instanceof GatewayUnreachable) return 5
  throw error
}
