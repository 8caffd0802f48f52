import { Secret } from '@rack-gateway/config/client'
import { reasonOf } from '@rack-gateway/errors'
import type { GatewayAccess } from '../../gateway/gateway-api.ts'
import type { Context } from '../../invocation/context.ts'
import { listSessions, revokeSession } from '../../session/own-sessions.ts'
import { consoleTokenOf, removeConsoleLogin } from './console-settings.ts'

/** The device that the list of sessions shows for sessions of `convox-login`. */
const convoxDevice = /^convox on /

/** The host by which the stock CLI knows a gateway. */
export function hostOf(origin: string): string {
  return new URL(origin).host
}

/** A gateway, without a token. */
type Gateway = Pick<GatewayAccess, 'origin' | 'tlsTrust'>

/**
 * Revokes the session of `convox-login` with the session's own token.
 *
 * @returns `other` if the stock CLI has another kind of credential, which stays; `none` if it has no credential
 */
async function revokeConvoxSession(
  context: Context,
  gateway: Gateway,
): Promise<'revoked' | 'expired' | 'failed' | 'other' | 'none'> {
  const token = consoleTokenOf(context, hostOf(gateway.origin))
  if (token === null) return 'none'
  return token.startsWith('rgs_') ? revokeSessionOf(token, gateway) : 'other'
}

/** @returns `other` for a session that `convox-login` did not create */
export async function revokeSessionOf(
  token: string,
  gateway: Gateway,
): Promise<'revoked' | 'expired' | 'failed' | 'other'> {
  const access = { ...gateway, token: new Secret(token) }
  try {
    const session = (await listSessions(access)).find(({ current }) => current)
    if (session === undefined || !convoxDevice.test(session.device)) return 'other'
    await revokeSession(access, session.id)
    return 'revoked'
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    return code === 'RGW_CLI_TOKEN_REFUSED' ? 'expired' : 'failed'
  }
}

/** @returns a sentence about the result; null if `convox-login` had not logged in the stock CLI */
export async function endConvoxLogin(context: Context, gateway: Gateway): Promise<string | null> {
  try {
    return await revokeAndRemove(context, gateway)
  } catch (error) {
    return `convox is not logged out: ${reasonOf(error, String(error))}`
  }
}

async function revokeAndRemove(context: Context, gateway: Gateway): Promise<string | null> {
  const outcome = await revokeConvoxSession(context, gateway)
  if (outcome === 'none' || outcome === 'other') return null
  removeConsoleLogin(context, hostOf(gateway.origin))
  if (outcome === 'failed')
    return 'convox is logged out, but its session could not be revoked. It is valid for 24 hours at most.'
  return 'convox is logged out, too.'
}
