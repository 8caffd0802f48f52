import { setTimeout as wait } from 'node:timers/promises'
import type { NewSession } from '@rack-gateway/gateway-api'
import type { Context } from '../context.ts'
import { GatewayUnreachable, LoginFailed } from '../errors.ts'
import { loginsAt } from './gateway.ts'
import { denied, tooLate } from './login-errors.ts'
import type { BrowserLogin } from './loopback.ts'
import { thisDevice } from './this-device.ts'
import { untilStopped } from './until-stopped.ts'

/** Logs in by a code that the person types into a browser anywhere; no address carries it. */
export async function deviceLogin(context: Context, { origin, trust, rack }: BrowserLogin): Promise<NewSession> {
  const gateway = loginsAt(origin, trust)
  const bound = rack === undefined ? {} : { rack }
  const { code, address, secret, intervalSeconds } = await gateway.beginDevice({ ...thisDevice(), ...bound })
  context.note(`Open ${address} in a browser on any device, and type this code: ${code}`)
  context.note('The code is valid for ten minutes and only for you. Do not send it to anyone.')
  return untilStopped(context, async function pollUntilDecided(signal) {
    for (let seconds = intervalSeconds; ; ) {
      await wait(seconds * 1_000, undefined, { signal })
      const polled = await gateway.poll(secret, signal).catch(laterIfUnreachable)
      seconds = typeof polled === 'number' ? polled : intervalSeconds
      if (typeof polled === 'number' || polled.status === 'pending') continue
      if (polled.session !== undefined) return polled.session
      const [reason, next] = polled.status === 'denied' ? denied : tooLate
      throw new LoginFailed(reason, next)
    }
  })
}

/** A network that is gone for a moment ends no login. @returns seconds to wait */
function laterIfUnreachable(error: unknown): number {
  if (error instanceof GatewayUnreachable) return 5
  throw error
}
