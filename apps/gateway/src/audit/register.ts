import type { RecordedEvent } from '@rack-gateway/audit'
import { createPostgresAdoptions } from '@rack-gateway/audit/adoption'
import type { Fallback, FallbackKeys } from '@rack-gateway/audit/fallback'
import auditPlugin from '@rack-gateway/audit/plugin'
import type { AuditSinks } from '@rack-gateway/audit/sinks'
import { createPostgresAuditStore } from '@rack-gateway/audit/store'
import { deriveKey } from '@rack-gateway/auth'
import type { FastifyInstance } from 'fastify'
import type { SecretKeys } from '../gateway-options.ts'

export interface AuditSettings {
  readonly databaseUrl: string
  readonly secretKeys: SecretKeys
  /** Absolute path; null: none. */
  readonly fallbackDir: string | null
  readonly now: () => number
  readonly sinks: AuditSinks | null
  /** Told of what became durable. Must return soon and not throw. */
  readonly onDurable: (events: readonly RecordedEvent[]) => void
  /** Told when what becomes durable is only in a file, and when all of it is in the database (`null`). */
  readonly onAway: (cause: unknown) => void
}

/** The audit log in the database, with a directory for when it is away where one is given. @throws FallbackDirectoryUnfit */
export async function registerAudit(app: FastifyInstance, settings: AuditSettings): Promise<void> {
  const { databaseUrl: url, fallbackDir, now, sinks, onDurable } = settings
  const fallback = fallbackDir === null ? null : await openFallbackAt(app, fallbackDir, settings)
  await app.register(auditPlugin, {
    store: fallback?.store ?? createPostgresAuditStore({ url }),
    adoptions: createPostgresAdoptions({ url }),
    clock: { now },
    sinks,
    onDurable,
    ...(fallback && { fallback }),
  })
}

/** Loaded where it is used. */
async function openFallbackAt(
  { log }: FastifyInstance,
  directory: string,
  { databaseUrl: url, secretKeys, now, onAway }: AuditSettings,
): Promise<Fallback> {
  const { createPostgresImporter, openFallback } = await import('@rack-gateway/audit/fallback')
  return await openFallback({
    primary: createPostgresAuditStore({ url, fallback: true }),
    importer: createPostgresImporter({ url }),
    directory,
    keys: keysOf(secretKeys),
    now,
    onAway(err) {
      onAway(err)
      if (err === null) log.info({ event: 'audit.fallback_left' }, 'records go to the database again')
      else log.error({ event: 'audit.fallback_entered', err }, 'the database can not take records: they go to a file')
    },
    onAlarm: ({ close, detail }) =>
      log.error({ event: 'audit.fallback_file_refused', ...detail }, `a file of records needs somebody: ${close}`),
    onError: (err) => log.warn({ event: 'audit.fallback_waiting', err }),
  })
}

function keysOf([newest, ...older]: SecretKeys): FallbackKeys {
  const derive = (secret: Buffer) => deriveKey(secret, 'audit fallback file')
  return [derive(newest), ...older.map(derive)]
}
