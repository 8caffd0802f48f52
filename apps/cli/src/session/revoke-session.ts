import { reasonOf } from '@rack-gateway/errors'
import type { GatewayAccess } from '../gateway/gateway-api.ts'
import { printable, withoutPunctuation } from '../terminal/terminal.ts'
import { listSessions, revokeSession } from './own-sessions.ts'

/** A credential that stays in the file. */
export interface RemainingCredential {
  readonly name: string
  /** Null if the credential cannot be used. */
  readonly gateway: GatewayAccess | null
}

/** Does not revoke a session that a remaining credential uses. @returns a sentence about the result */
export async function logOutSession(
  gateway: GatewayAccess,
  remaining: readonly RemainingCredential[],
): Promise<string> {
  if (!gateway.token.reveal().startsWith('rgs_'))
    return 'the API token is deleted here. It stays valid until it expires or is revoked at the gateway.'
  try {
    const id = await currentSession(gateway)
    if (id === null) return 'the gateway has no session with this token.'
    const other = await nameUsingSession(id, gateway, remaining)
    if (other !== null) return `the session stays valid, because ${printable(other)} uses it, too.`
    await revokeSession(gateway, id)
    return 'the session is revoked on every machine that has its token.'
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    if (code === 'RGW_CLI_TOKEN_REFUSED') return 'the session had already ended.'
    const reason = withoutPunctuation(reasonOf(error, String(error)))
    return `the token is deleted here, but its session could not be revoked (${printable(reason)}). Revoke it from another login with rack-gateway sessions, or ask an administrator.`
  }
}

/** The name of a remaining credential that uses the same session, perhaps with another token. */
async function nameUsingSession(
  id: string,
  { origin }: GatewayAccess,
  remaining: readonly RemainingCredential[],
): Promise<string | null> {
  for (const { name, gateway } of remaining)
    if (gateway?.origin === origin && (await currentSession(gateway).catch(() => null)) === id) return name
  return null
}

async function currentSession(gateway: GatewayAccess): Promise<string | null> {
  return (await listSessions(gateway)).find(({ current }) => current)?.id ?? null
}
