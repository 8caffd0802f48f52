import { openDatabase } from '@rack-gateway/database'
import { createTestDatabase } from '@rack-gateway/database/testing'
import { formatMessage } from '@rack-gateway/errors'
import postgres from 'postgres'
import { onTestFinished, vi } from 'vitest'
import { isDenial } from '../errors/denial.ts'
import { type Administration, createAdministration, createDirectory, createIssuer } from '../store.ts'
import { createTokenMint } from '../tokens/token.ts'
import { changeIdentities } from '../transactions/change.ts'
import type { RecordIdentityEvents } from '../transactions/events.ts'
import { hour, now } from './records.ts'

export const author = { kind: 'system', id: 'test', name: 'a test' } as const

/** A separate database for one test, with the logins of the gateway and a superuser. */
export async function startStore() {
  const urls = await createTestDatabase()
  const database = openDatabase(urls.runtimeUrl)
  const admin = postgres(urls.adminUrl, { max: 2, onnotice() {} })
  onTestFinished(async () => {
    await Promise.all([database.close(), admin.end({ timeout: 0 })])
    await urls.drop()
  })
  const clock = { time: now, now: () => clock.time }
  const mint = createTokenMint([Buffer.alloc(32, 'store test')])
  const record = vi.fn<RecordIdentityEvents>(async () => {})
  const issuer = createIssuer({ database, mint, clock, record, by: author })
  const directory = createDirectory(database)

  /** Each call runs in its own change. */
  function administrationBy(adminRoles: readonly string[]): Administration {
    function changeOf(name: string | symbol) {
      return (...args: unknown[]) =>
        changeIdentities({ database, by: author, record }, (change) =>
          Reflect.get(
            createAdministration(change, { mint, clock, adminRoles, login: null, tokensPerOwner: 250 }),
            name,
          )(...args),
        )
    }
    return new Proxy(Object.create(null), { get: (_, name) => changeOf(name) })
  }

  /** A session, by default of Ann, who gets the role `viewer` everywhere. `verifiedToken` is for `identities.find`. */
  async function annSession(changes: { email?: string; role?: string; rack?: string } = {}) {
    const request = { email: 'ann@example.com', role: 'viewer', device: 'laptop', expiresAt: now + hour, ...changes }
    const issued = await issuer.issueSession(request)
    return { ...issued, verifiedToken: verifyToken(issued.token) }
  }

  function verifyToken(token: string) {
    const verifiedToken = mint.verify(token, now)
    if (isDenial(verifiedToken)) throw new Error(formatMessage(verifiedToken))
    return verifiedToken
  }

  return { urls, database, admin, clock, mint, record, issuer, directory, administrationBy, annSession, verifyToken }
}
