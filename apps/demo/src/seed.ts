import { createTokenMint, NameTaken } from '@rack-gateway/auth'
import { createIssuer, type Issuer } from '@rack-gateway/auth/store'
import type { ServerConfig } from '@rack-gateway/config'
import { type Database, openDatabase } from '@rack-gateway/database'
import type { RunningGateway } from '@rack-gateway/gateway'
import { demoGroups } from './identity-provider/index.ts'

export interface DemoTokens {
  readonly viewer: string
  readonly ops: string
  readonly deployer: string
  readonly auditor: string
  readonly admin: string
  /** An API token of a service account. */
  readonly ci: string
  /** Bound to the rack `staging`, or to the first rack if there is no `staging`. */
  readonly stagingViewer: string
}

const maxAge = 30 * 86_400_000

export interface SeedOptions {
  readonly racks: readonly string[]
  /** The issuer of logins. The seeded users have it too, so that each person is one user. */
  readonly loginIssuer: string
}

/** Creates users and a pipeline for trying the gateway, each with a token. The audit log records these changes. */
export async function seed(
  gateway: RunningGateway,
  config: ServerConfig,
  { racks, loginIssuer }: SeedOptions,
): Promise<DemoTokens> {
  const database = openDatabase(gateway.databaseUrl, { max: 1, applicationName: 'rack-gateway demo' })
  const issuer = createIssuer({
    database,
    mint: createTokenMint(config.secretKeys.map((key) => Buffer.from(key.reveal()))),
    clock: { now: Date.now },
    record: async (events) => {
      await Promise.all(events.map((event) => gateway.audit.record(event)))
    },
    by: { kind: 'system', id: 'demo', name: 'demo' },
  })
  try {
    const session = async (id: string, role: string, rack?: string) => {
      const { token } = await issuer.issueSession({
        email: `${id}@example.com`,
        account: { issuer: loginIssuer, subject: id },
        role,
        device: 'demo',
        expiresAt: Date.now() + maxAge,
        ...(rack === undefined ? {} : { rack }),
      })
      return token
    }
    await bindGroups(issuer, database)
    await moveUsers(database, loginIssuer)
    const boundRack = racks.includes('staging') ? 'staging' : racks[0]
    return {
      viewer: await session('viewer', 'viewer'),
      ops: await session('ops', 'ops'),
      deployer: await session('deployer', 'deployer'),
      auditor: await session('auditor', 'auditor'),
      admin: await session('admin', 'admin'),
      ci: await pipelineToken(issuer),
      stagingViewer: await session('staging-viewer', 'viewer', boundRack),
    }
  } finally {
    await database.close()
  }
}

/** Without this function, users of earlier logins would be other users after the identity provider changed its port. */
async function moveUsers({ sql }: Pick<Database, 'sql'>, loginIssuer: string): Promise<void> {
  await sql`update gateway.users set issuer = ${loginIssuer} where issuer like 'http://127.0.0.1:%'`
}

/** Skips groups that already have a binding, so that changed bindings stay. */
async function bindGroups(issuer: Issuer, { sql }: Pick<Database, 'sql'>): Promise<void> {
  const boundGroups = await sql<
    { name: string }[]
  >`select subject_id as name from gateway.bindings where subject_kind = 'group'`
  for (const [group, role] of Object.entries(demoGroups))
    if (!boundGroups.some(({ name }) => name === group)) await issuer.addBinding({ kind: 'group', id: group }, { role })
}

async function pipelineToken(issuer: Issuer): Promise<string> {
  await issuer.createServiceAccount({ name: 'ci', binding: { role: 'ci' } }).catch((error: unknown) => {
    if (!(error instanceof NameTaken)) throw error
  })
  const { token } = await issuer.issueApiToken({
    name: 'demo pipeline',
    owner: { kind: 'service-account', name: 'ci' },
    role: 'ci',
    expiresAt: Date.now() + maxAge,
  })
  return token
}
