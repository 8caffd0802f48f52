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

/** Creates people and a pipeline for trying the gateway, each with a token. The audit log records these changes. */
export async function seed(
  gateway: RunningGateway,
  config: ServerConfig,
  racks: readonly string[],
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
    await bindGroups(issuer, database)
    const boundRack = racks.includes('staging') ? 'staging' : racks[0]
    return {
      viewer: await sessionOf(issuer, 'viewer@example.com', 'viewer'),
      ops: await sessionOf(issuer, 'ops@example.com', 'ops'),
      deployer: await sessionOf(issuer, 'deployer@example.com', 'deployer'),
      auditor: await sessionOf(issuer, 'auditor@example.com', 'auditor'),
      admin: await sessionOf(issuer, 'admin@example.com', 'admin'),
      ci: await pipelineToken(issuer),
      stagingViewer: await sessionOf(issuer, 'staging-viewer@example.com', 'viewer', boundRack),
    }
  } finally {
    await database.close()
  }
}

async function sessionOf(issuer: Issuer, email: string, role: string, rack?: string): Promise<string> {
  const { token } = await issuer.issueSession({
    email,
    role,
    device: 'demo',
    expiresAt: Date.now() + maxAge,
    ...(rack === undefined ? {} : { rack }),
  })
  return token
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
