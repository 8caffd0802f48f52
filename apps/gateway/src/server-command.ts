#!/usr/bin/env node
import { hostname } from 'node:os'
import { createAuditWriter } from '@rack-gateway/audit'
import { createPostgresAuditStore } from '@rack-gateway/audit/store'
import { createTokenMint } from '@rack-gateway/auth'
import { createIssuer, type Issuer } from '@rack-gateway/auth/store'
import { ConfigError, readServerConfig, type ServerConfig, sanitiseEnvironment } from '@rack-gateway/config'
import { attachEmbeddedPostgres, migrate, openDatabase, roleOf, startEmbeddedPostgres } from '@rack-gateway/database'
import { builtInRoles } from '@rack-gateway/rbac-policy'
import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import { secretKeysOf } from './start.ts'

const configurationError = 78
const dayMs = 86_400_000

await yargs(hideBin(process.argv))
  .scriptName('rack-gateway-server')
  .usage("$0 <command>\n\nThe server's own commands. They read the same environment as the server.")
  .command('token', 'issue, list and end tokens', (token) =>
    token
      .command(
        'issue',
        'make a token for a person, and the person if there is none yet',
        (issue) =>
          issue
            .example('$0 token issue --user ada@example.com --role admin', 'the first administrator')
            .example('$0 token issue --user bob@example.com --role deployer --rack staging', 'for one rack only')
            .option('user', { type: 'string', demandOption: true, describe: 'e-mail address' })
            .option('role', {
              choices: builtInRoles.map(({ name }) => name),
              demandOption: true,
              describe: 'given to the person, unless they have it',
            })
            .option('rack', { type: 'string', describe: 'the only rack that the token and the role are for' })
            .option('days', { type: 'number', default: 30, describe: 'until the token ends' })
            .option('device', { type: 'string', default: 'issued by hand', describe: 'shown in the list of sessions' }),
        (args) => withIssuer((issuer, config) => issueToken(issuer, config, args)),
      )
      .command(
        'list',
        'sessions of everybody, newest first',
        (list) => list,
        () => withIssuer(listSessions),
      )
      .command(
        'end <id>',
        'end a session at once',
        (end) =>
          end
            .positional('id', { type: 'string', demandOption: true })
            .option('reason', { type: 'string', default: 'ended by an operator' }),
        ({ id, reason }) => withIssuer((issuer) => issuer.endSession(id, reason)),
      )
      .demandCommand(1, 'say which: issue, list or end'),
  )
  .demandCommand(1, 'say which command')
  .strict()
  .fail((message, error) => {
    console.error(message ?? (error instanceof Error ? error.message : String(error)))
    process.exit(error ? 1 : 2)
  })
  .parseAsync()

interface IssueArguments {
  readonly user: string
  readonly role: string
  readonly rack?: string | undefined
  readonly days: number
  readonly device: string
}

async function issueToken(
  issuer: Issuer,
  config: ServerConfig,
  { user, role, rack, days, device }: IssueArguments,
): Promise<void> {
  const names = config.racks.map(({ name }) => name)
  if (rack !== undefined && !names.includes(rack))
    throw new Error(`there is no rack ${rack}; this gateway serves ${names.join(', ')}`)
  const expiresAt = Date.now() + days * dayMs
  const { token } = await issuer.issueSession({
    email: user,
    role,
    device,
    expiresAt,
    ...(rack === undefined ? {} : { rack }),
  })
  console.error(
    `${user} is ${role} on ${rack ?? 'every rack'}; the token ends on ${new Date(expiresAt).toISOString()} and is shown only now:`,
  )
  console.log(token)
}

async function listSessions(issuer: Issuer): Promise<void> {
  for (const { id, email, device, rack, expiresAt, endedAt } of await issuer.listSessions()) {
    console.log(
      [
        id,
        email,
        device,
        rack ?? '*',
        endedAt ? `ended ${endedAt.toISOString()}` : `until ${expiresAt.toISOString()}`,
      ].join('\t'),
    )
  }
}

/** Runs `work` with a stream of its own in the audit log: whatever it changes is recorded first. */
async function withIssuer(work: (issuer: Issuer, config: ServerConfig) => Promise<void>): Promise<void> {
  const config = configOrExit()
  const server = await databaseOf(config)
  const database = openDatabase(server.runtimeUrl, { max: 2 })
  const store = createPostgresAuditStore({ url: server.runtimeUrl })
  const clock = { now: Date.now }
  const writer = createAuditWriter({ store, clock, host: hostname(), pid: process.pid })
  try {
    await writer.open()
    const issuer = createIssuer({
      database,
      mint: createTokenMint(secretKeysOf(config)),
      clock,
      record: async (events) => {
        await Promise.all(events.map((event) => writer.record(event)))
      },
      by: { kind: 'system', id: 'rack-gateway-server', name: 'rack-gateway-server' },
    })
    await work(issuer, config)
  } finally {
    await writer.close()
    await store.close()
    await database.close()
    await server.stop()
  }
}

function configOrExit(): ServerConfig {
  sanitiseEnvironment(process.env)
  try {
    return readServerConfig(process.env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    console.error(error.message)
    process.exit(configurationError)
  }
}

/** The configured database; an embedded one is joined where a gateway runs it, and started where none does. */
async function databaseOf({ database }: ServerConfig): Promise<{ runtimeUrl: string; stop(): Promise<void> }> {
  if (database.kind === 'embedded') {
    const running = await attachEmbeddedPostgres(database.dataDirectory)
    if (running) return { runtimeUrl: running.runtimeUrl, stop: async () => undefined }
    const started = await startEmbeddedPostgres({ dataDir: database.dataDirectory })
    await migrate(started.ownerUrl, { runtimeRole: roleOf(started.runtimeUrl) })
    return started
  }
  const runtimeUrl = database.url.reveal()
  await migrate(database.ownerUrl?.reveal() ?? runtimeUrl, { runtimeRole: roleOf(runtimeUrl) })
  return { runtimeUrl, stop: async () => undefined }
}
