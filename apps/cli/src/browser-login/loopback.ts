import { createHash, randomBytes } from 'node:crypto'
import type { NewSession } from '@rack-gateway/gateway-api'
import { LoginFailed } from '../errors/errors.ts'
import type { GatewayTrust } from '../gateway/tls/gateway-trust.ts'
import type { Context } from '../invocation/context.ts'
import { createLoginClient, type LoopbackRequest } from './gateway.ts'
import { openLoginCallback } from './login-callback.ts'
import { loginDenied } from './login-errors.ts'
import { thisDevice } from './this-device.ts'
import { withLoginTimeout } from './with-login-timeout.ts'

export interface BrowserLogin {
  readonly origin: string
  readonly tlsTrust: GatewayTrust | undefined
  /** The only rack of the session; undefined for all racks. */
  readonly rack: string | undefined
}

export interface LoopbackLogin extends BrowserLogin {
  readonly purpose?: LoopbackRequest['purpose']
}

/** Logs in with the browser of this machine. PKCE (RFC 7636) binds the code to this process. */
export async function loopbackLogin(
  context: Context,
  { origin, tlsTrust, rack, purpose }: LoopbackLogin,
): Promise<NewSession> {
  const gateway = createLoginClient(origin, tlsTrust)
  const verifier = randomBytes(32).toString('base64url')
  const callback = await openLoginCallback()
  try {
    const { port, path, state } = callback
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    const optional = { ...(rack !== undefined && { rack }), ...(purpose !== undefined && { purpose }) }
    const address = await gateway.beginLoopback({ ...thisDevice(), ...optional, challenge, port, path, state })
    context.note(`Your browser opens for the login. If it does not, open this address on this machine: ${address}`)
    const [response] = await Promise.all([
      withLoginTimeout(context, (signal) => callback.waitForResult(signal)),
      context.openBrowser(address).catch(() => context.note('No browser could be opened.')),
    ])
    if (response.kind === 'denied') throw new LoginFailed(...loginDenied)
    return await gateway.redeem(response.code, verifier)
  } finally {
    await callback.close()
  }
}
