import type { RecordIdentityEvents, TokenMint } from '@rack-gateway/auth'
import { createIdentities, type Keys } from '@rack-gateway/auth'
import authPlugin from '@rack-gateway/auth/plugin'
import {
  createBrowserSessions,
  createDirectory,
  createLastUses,
  createWorkloads,
  type LastUses,
  type Workloads,
  watchRevision,
} from '@rack-gateway/auth/store'
import type { LoginConfig } from '@rack-gateway/config'
import { createDrizzle, openPool } from '@rack-gateway/database'
import fp from 'fastify-plugin'
import { identityRecorder } from '../audit/identity-recorder.ts'

declare module 'fastify' {
  interface FastifyInstance {
    workloads: Workloads
    lastUses: LastUses
    /** Records identity changes that do not belong to a request. */
    recordIdentityEvents: RecordIdentityEvents
    /** Resolves once this process applies every identity change that was committed before the call. */
    identitiesCaughtUp: () => Promise<void>
  }
}

export interface IdentitiesOptions {
  readonly mint: TokenMint
  readonly csrfKeys: Keys
  /** How long cached identities stay valid without the database, in milliseconds. */
  readonly maxStale: number
  readonly publicUrl: string | null
  /** Null: no identity provider is configured. */
  readonly login: LoginConfig | null
}

export default fp<IdentitiesOptions>(
  async function identities(app, { mint, csrfKeys, maxStale, publicUrl, login }) {
    const { clock, database, pools } = app
    const revision = await watchRevision({
      pool: pools.revision,
      onError: (err) => app.log.warn({ event: 'identities.poll_failed', err }),
    })
    app.addHook('onClose', () => revision.stop())
    app.decorate('identitiesCaughtUp', revision.refresh)
    app.decorate('recordIdentityEvents', async function recordIdentityEvents(events) {
      await Promise.all(events.map((event) => app.audit.record(event)))
    })

    // A separate connection, so that calls do not wait for these writes.
    const lastUseConnection = openPool(pools.lastUses, { connect_timeout: 5 })
    const lastUses = createLastUses({
      database: { db: createDrizzle(lastUseConnection) },
      clock,
      onError: (err) => app.log.warn({ event: 'identities.last_use_failed', err }),
    })
    app.decorate('lastUses', lastUses)
    app.addHook('onClose', async function stopLastUses() {
      await lastUses.stop()
      await lastUseConnection.end({ timeout: 5 })
    })

    const workloads = createWorkloads({ database, mint, revision, clock, publicUrl, maxStale })
    app.decorate('workloads', workloads)
    const hasBrowserLogin = login !== null && publicUrl !== null
    await app.register(authPlugin, {
      mint,
      identities: createIdentities({ directory: createDirectory(database), revision, clock, maxStale }),
      clock,
      workloads: {
        isPlausible: workloads.isPlausible,
        credentialOf: (text, request) => workloads.credentialOf(text, identityRecorder(app, request)),
      },
      browserSessions: hasBrowserLogin
        ? createBrowserSessions({
            database,
            csrfKeys,
            clock,
            record: app.recordIdentityEvents,
            publicUrl,
            idle: login.sessionIdleMs,
          })
        : null,
      onUse({ kind, credential }, address) {
        if (kind !== 'workload') lastUses.recordUse(credential, address)
      },
    })
  },
  { name: 'identities', dependencies: ['clock', 'database', 'audit-log'] },
)
