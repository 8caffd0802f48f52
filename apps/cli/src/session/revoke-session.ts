import { reasonOf } from '@rack-gateway/errors'
import type { Asker } from '../gateway/gateway-api.ts'
import { printable } from '../output/terminal.ts'
import { listSessions, revokeOwnSession } from './own-sessions.ts'

/** Another entry of the file, which is kept; null where it has no address. */
export interface RemainingEntry {
  readonly name: string
  readonly asker: Asker | null
}

/** Ends the session that a token is of, unless an entry that is kept has it, too. @returns what came of it, in a sentence */
export async function endSession(asker: Asker, kept: readonly RemainingEntry[]): Promise<string> {
  if (!asker.token.reveal().startsWith('rgs_'))
    return 'its API token is forgotten here. It stays valid until it expires or is revoked at the gateway.'
  try {
    const id = await currentOf(asker)
    if (id === null) return 'the gateway has no session with this token.'
    const holder = await holderOf(id, asker, kept)
    if (holder !== null) return `its session stays valid, because ${printable(holder)} uses it, too.`
    await revokeOwnSession(asker, id)
    return 'its session is revoked on every machine that has its token.'
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    if (code === 'RGW_CLI_TOKEN_REFUSED') return 'its session had already ended.'
    const why = reasonOf(error, String(error)).replace(/[:;,]$/, '')
    return `the token is forgotten here, but its session could not be revoked (${printable(why)}). Revoke it from another login with rack-gateway sessions, or ask an administrator.`
  }
}

/** The first kept entry whose token is of the same session, perhaps an older or newer one. */
async function holderOf(id: string, { origin }: Asker, kept: readonly RemainingEntry[]): Promise<string | null> {
  for (const { name, asker } of kept)
    if (asker?.origin === origin && (await currentOf(asker).catch(() => null)) === id) return name
  return null
}

async function currentOf(asker: Asker): Promise<string | null> {
  return (await listSessions(asker)).find(({ current }) => current)?.id ?? null
}
