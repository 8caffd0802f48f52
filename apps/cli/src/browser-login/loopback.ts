import { createHash, randomBytes } from 'node:crypto'
import type { NewSession } from '@rack-gateway/gateway-api'
import type { Context } from '../context.ts'
import { LoginFailed } from '../errors.ts'
import type { GatewayTrust } from '../gateway/tls/gateway-trust.ts'
import { openCallbackServer } from './callback-server.ts'
import { loginsAt } from './gateway.ts'
import { denied } from './login-errors.ts'
import { thisDevice } from './this-device.ts'
import { untilStopped } from './until-stopped.ts'

export interface BrowserLogin {
  readonly origin: string
  readonly trust: GatewayTrust | undefined
  /** The only rack that the session should be good for. */
  readonly rack: string | undefined
}

/** Logs in through a browser on this machine: the code comes back to a port of it, and counts only here. */
export async function loopbackLogin(context: Context, { origin, trust, rack }: BrowserLogin): Promise<NewSession> {
  const gateway = loginsAt(origin, trust)
  const verifier = randomBytes(32).toString('base64url')
  const place = await openCallbackServer()
  try {
    const { port, path, state } = place
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    const bound = rack === undefined ? {} : { rack }
    const address = await gateway.beginLoopback({ ...thisDevice(), ...bound, challenge, port, path, state })
    context.note(`Your browser opens for the login. If it does not, open this address on this machine: ${address}`)
    const [answer] = await Promise.all([
      untilStopped(context, (signal) => place.answer(signal)),
      context.openBrowser(address).catch(() => context.note('No browser could be opened.')),
    ])
    if (answer.kind === 'denied') throw new LoginFailed(...denied)
    return await gateway.redeem(answer.code, verifier)
  } finally {
    await place.close()
  }
}
