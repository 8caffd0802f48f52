/**
 * Measures how long another replica accepts a revoked API token, and keeps its WebSocket open. Exits with 1
 * if one of the two takes more than a second.
 */
import { callManagementApi } from '@rack-gateway/testing/management-api'
import { openWebSocket } from '@rack-gateway/testing/websocket'
import { prepareGateway } from './gateway-environment.ts'
import { machine } from './machine.ts'
import { startSubject } from './processes/subject-process.ts'
import { spread } from './report/statistics.ts'

const rounds = Number(process.argv[2] ?? 20)
const bound = 1_000
const rackToken = 'bench-rack-password'

const stops: (() => Promise<unknown>)[] = []
try {
  const rack = await startSubject({ program: 'rack', environment: { BENCH_RACK_TOKEN: rackToken }, core: null })
  stops.push(rack.stop)
  const prepared = await prepareGateway({ url: rack.url, token: rackToken })
  stops.push(prepared.stop)
  const start = async () => {
    const gateway = await startSubject({ program: 'gateway', environment: prepared.variables, core: null })
    stops.push(gateway.stop)
    return gateway
  }
  const replicas = { here: await start(), there: await start() }
  console.log(JSON.stringify({ ...machine(null), rounds }))
  const rejectionTimes: number[] = []
  const closeTimes: number[] = []
  for (let round = 0; round < rounds; round++) {
    const delays = await revokeToken(replicas, prepared.tokens.admin)
    rejectionTimes.push(delays.refused)
    closeTimes.push(delays.closed)
  }
  report('refused at the other replica', rejectionTimes)
  report('websocket closed at the other replica', closeTimes)
} finally {
  for (const stop of stops.reverse()) await stop().catch((error: unknown) => console.error(error))
}

interface Replica {
  readonly url: string
}

/** @returns milliseconds after the response of the revocation */
async function revokeToken(
  { here, there }: { readonly here: Replica; readonly there: Replica },
  admin: string,
): Promise<{ readonly refused: number; readonly closed: number }> {
  const issued = await callManagementApi(here, admin, 'POST', '/tokens', { name: 'bench', role: 'admin' })
  if (issued.status !== 201) throw new Error(`The token was not issued: ${issued.body}`)
  const token = issued.text('token')
  const socket = await openWebSocket(`${there.url}/apps/myapp/processes/web/exec`, token, { Command: 'bash' })
  if (socket.status !== 101) throw new Error(`The websocket was refused: ${socket.error}`)
  if ((await askForApps(there, token)) !== 200) throw new Error('The token does not work before it is revoked.')
  const revoked = await callManagementApi(here, admin, 'DELETE', `/tokens/${issued.text('id')}`)
  if (revoked.status >= 300) throw new Error(`The token was not revoked: ${revoked.body}`)
  const revokedAt = performance.now()
  const closed = socket.closed().then(() => performance.now() - revokedAt)
  while ((await askForApps(there, token)) === 200);
  return { refused: performance.now() - revokedAt, closed: await closed }
}

async function askForApps({ url }: Replica, token: string): Promise<number> {
  const response = await fetch(`${url}/apps`, { headers: { authorization: `Bearer ${token}` } })
  await response.arrayBuffer()
  return response.status
}

function report(what: string, milliseconds: readonly number[]): void {
  const { median, max } = spread(milliseconds)
  const isMet = max <= bound
  console.log(
    `${what}: median ${median.toFixed(0)} ms, longest ${max.toFixed(0)} ms, bound ${bound} ms: ${isMet ? 'met' : 'missed'}`,
  )
  if (!isMet) process.exitCode = 1
}
