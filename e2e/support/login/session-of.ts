import { randomUUID } from 'node:crypto'
import { createTokenMint } from '@rack-gateway/auth'
import type { System } from '../gateway/system.ts'

/** A session for programs of a user who has logged in with a browser. @param now milliseconds since the epoch */
export async function sessionOf({ sql, secretKey }: System, subject: string, now = Date.now()) {
  const expiresAt = now + 86_400_000
  const { token, hash } = createTokenMint([Buffer.from(secretKey)]).issue('session', expiresAt)
  const id = randomUUID()
  const end = new Date(expiresAt)
  await sql`insert into gateway.sessions (id, user_id, device, expires_at)
    select ${id}, id, 'laptop', ${end} from gateway.users where subject = ${subject}`
  await sql`insert into gateway.credentials (hash, session_id, expires_at) values (${hash}, ${id}, ${end})`
  return { id, token }
}
