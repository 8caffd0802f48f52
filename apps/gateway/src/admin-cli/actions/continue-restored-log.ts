import { readdir } from 'node:fs/promises'
import { hostname, userInfo } from 'node:os'
import { type EventDraft, type LogGap, restoreLog } from '@rack-gateway/audit'
import { checkpointFiles } from '@rack-gateway/audit/verify'
import type { ServerConfig } from '@rack-gateway/config'
import { openPool } from '@rack-gateway/database'
import { readObjectStoreAddress } from '@rack-gateway/object-store'
import { signingKeysOf } from '../../process/keys.ts'
import { UsageError } from '../definitions/usage-error.ts'
import { operator } from '../operator.ts'
import { withAuditStream, withDatabase } from '../recorded-work.ts'

export interface RestoredArguments {
  readonly reason: string
  readonly by?: string | undefined
  readonly checkpoints?: string | undefined
}

/** Records `log.restored`, and signs from where the log continues. */
export async function continueRestoredLog({ reason, by = loginName(), checkpoints }: RestoredArguments): Promise<void> {
  if (reason.trim() === '') throw new UsageError('--reason is empty. Say why the log was restored.')
  await withDatabase(async function continueLog({ config, database }) {
    const directory = await copiesDirectory(checkpoints, config)
    const sql = openPool(
      { url: database.runtimeUrl, applicationName: 'rack-gateway restored' },
      { connection: { statement_timeout: 0 } },
    )
    try {
      let id = ''
      const gap = await restoreLog(sql, {
        keys: signingKeysOf(config),
        copies: checkpointFiles(directory),
        async record(gap) {
          const { id: eventId, position } = await withAuditStream(database, (record) =>
            record(restoredEvent(gap, reason, by)),
          )
          id = eventId
          return position
        },
      })
      report(gap, id)
    } finally {
      await sql.end({ timeout: 5 })
    }
  })
}

function restoredEvent({ from, first, last, lastAt, events, streams, checkpoint }: LogGap, reason: string, by: string) {
  return {
    kind: 'log.restored',
    principal: operator,
    detail: { reason, by, host: hostname(), from, first, last, lastAt, events, streams, checkpoint },
  } satisfies EventDraft
}

/** In a container, the user of the process can have no name. */
function loginName(): string {
  try {
    return userInfo().username
  } catch {
    return `user ${process.getuid?.() ?? 'without a name'}`
  }
}

async function copiesDirectory(given: string | undefined, config: ServerConfig): Promise<string> {
  const directory = given ?? configuredDirectory(config)
  if (directory === null)
    throw new UsageError(
      'No directory has copies of checkpoints. Pass --checkpoints DIR with all copies, such as those that you downloaded from AUDIT_CHECKPOINT_S3.',
    )
  await readdir(directory).catch((error: Error) => {
    throw new UsageError(`The copies of checkpoints cannot be read: ${error.message}. Pass --checkpoints DIR.`)
  })
  return directory
}

function configuredDirectory({ checkpoints }: ServerConfig): string | null {
  if (checkpoints.directory === null) return null
  const address = readObjectStoreAddress(checkpoints.directory)
  return address.kind === 'directory' ? address.directory : null
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function report({ from, first, last, lastAt, events, streams, checkpoint }: LogGap, id: string): void {
  console.log(
    `The log continues from checkpoint ${from}. Checkpoints ${first} to ${last} (${lastAt}) were restored from their copies; they sign ${counted(events, 'event')} of ${counted(streams, 'stream')} that the backup lacks.`,
  )
  console.log(
    `The event ${id} records this, and checkpoint ${checkpoint} signs it. Verify the log, and start the gateway.`,
  )
}
