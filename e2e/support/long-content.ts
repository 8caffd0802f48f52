import { callManagementApi } from '@rack-gateway/testing/management-api'
import { type ClientSocket, openWebSocket } from '@rack-gateway/testing/websocket'
import { vi } from 'vitest'
import { startPipelines } from '../management-api/pipelines.ts'
import { type RecordingDirectory, recordingDirectory } from './gateway/recorded.ts'
import { sessionOf } from './login/session-of.ts'
import { startWebConsole, type WebConsole } from './web-console.ts'

/** Names and commands as long as some companies have them. */
export const long = {
  email: 'maximiliane.wolkenstein-trostburg@platform-engineering.subsidiary.example.com',
  rack: 'production-eu-central-1-payments',
  app: 'reconciliation-worker',
  name: 'nightly-database-migration-of-the-payments-reconciliation-worker-in-frankfurt',
  command: `bin/rails/runner/${'Reconciliation::NightlyJob.perform_now:full=true,dry_run=false,'.repeat(3)}`,
} as const

export interface LongContent {
  readonly at: WebConsole
  /** IDs by what they are of. */
  readonly ids: Readonly<Record<LongContentId, string>>
  api: (method: string, path: string, body?: unknown) => ReturnType<typeof callManagementApi>
  stop(): Promise<void>
}

type LongContentId =
  | 'user'
  | 'token'
  | 'serviceAccount'
  | 'trust'
  | 'jobSession'
  | 'binding'
  | 'invitation'
  | 'recording'
  | 'liveRecording'
  | 'event'

/** A console in which everything has a long name, and in which an administrator has logged in once. */
export async function startConsoleWithLongContent(): Promise<LongContent> {
  const recordings: RecordingDirectory = await recordingDirectory()
  const checkpoints = await recordingDirectory()
  const at = await startWebConsole({
    rackNames: ['staging', long.rack],
    publicHost: 'localhost',
    recordings: { address: recordings.path },
    checkpoints: checkpoints.path,
    observing: { racks: ['staging', long.rack], until: Date.now() + 86_400_000 },
  })
  const { system } = at.at
  const page = await at.open('admin')
  await page.locator('h1').waitFor()
  await page.context().close()
  const { token } = await sessionOf(system, 'admin')
  const host = new URL(at.url).host
  const gateway = { url: system.url, host }
  const api = (method: string, path: string, body?: unknown) => callManagementApi(gateway, token, method, path, body)
  const create = async (path: string, body: object, id = 'id') => {
    const made = await api('POST', path, body)
    if (made.status !== 201) throw new Error(`${path}: ${made.status} ${made.body}`)
    return made.text(id)
  }

  const other = await system.token('ops', { email: long.email })
  const user = (await api('GET', `/users?limit=200`)).json as { items: { id: string; email: string }[] }
  const userId = user.items.find(({ email }) => email === long.email)?.id ?? ''
  const scope = { role: 'deployer', racks: long.rack, apps: `${long.app}-*` }
  const binding = await create('/bindings', { subject: { kind: 'user', id: userId }, ...scope, reason: long.name })
  await create('/bindings', { subject: { kind: 'group', id: `${long.name}-deployers` }, ...scope })
  const serviceAccount = await create('/service-accounts', { name: long.name })
  const apiToken = await create('/tokens', { name: long.name, role: 'viewer' })
  await create('/tokens', { name: `${long.name}-2`, role: 'viewer', serviceAccount })
  const invitation = await create('/invitations', {
    email: 'maximiliane.wolkenstein-trostburg.platform-engineering@example.com',
    bindings: [scope],
    reason: long.name,
  })
  const pipelines = await startPipelines({ ...system, url: at.url })
  const job = await pipelines.job('ci')
  await system.send('POST', `/rack/${long.rack}/apps`, token, `name=${long.app}`, [
    'Content-Type: application/x-www-form-urlencoded',
  ])
  await system.send('POST', `/rack/${long.rack}/apps/${long.app}/services/web/processes`, other, '', [
    `Command: ${long.command}`,
  ])

  const root = await system.token('admin', { email: `root.${long.email}` })
  const openShell = async (command: string) => {
    const socket = await openWebSocket(`${system.url}/rack/staging/apps/myapp/processes/web/exec`, root, {
      Command: command,
      Width: '80',
      Height: '24',
    })
    if (socket.status !== 101) throw new Error(`exec: ${socket.status}`)
    return socket
  }
  const ended = await openShell('cat')
  ended.send(Buffer.from(`$ ${long.command}\r\n${'output '.repeat(60)}\r\n`))
  ended.sendEndOfInput()
  await ended.readBytesToEnd()
  ended.close()
  const recording = await newestRecording(at, 'ended')
  const live: ClientSocket = await openShell(`cat ${long.command}`)
  const liveRecording = await newestRecording(at, 'open')
  const { id: event } = await system.lastEvent()

  return {
    at,
    api,
    ids: {
      user: userId,
      token: apiToken,
      serviceAccount,
      trust: job.trust,
      jobSession: job.id,
      binding,
      invitation,
      recording,
      liveRecording,
      event,
    },
    async stop() {
      live.close()
      await live.closed()
      await pipelines.stop()
      await at.stop()
      await recordings.remove()
      await checkpoints.remove()
    },
  }
}

function newestRecording({ at: { system } }: WebConsole, state: 'open' | 'ended'): Promise<string> {
  return vi.waitFor(async () => {
    const [row] = await system.sql<{ id: string; chunks: number | null }[]>`
      select id, chunks::float8 as chunks from gateway.recordings order by id desc limit 1`
    if (row === undefined || (row.chunks === null) !== (state === 'open')) throw new Error(`it is not ${state} yet`)
    return row.id
  }, 60_000)
}
