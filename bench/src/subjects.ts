import type { GatewayEnvironment } from './gateway-environment.ts'
import { type SubjectProcess, startSubject } from './subject-process.ts'

export interface Subject {
  readonly name: string
  readonly process: SubjectProcess
  /** The one request that it gets, again and again. */
  readonly request: Buffer
}

export interface Peers {
  readonly rack: { readonly url: string; readonly token: string }
  readonly gateway: GatewayEnvironment
  /** For the subjects. */
  readonly core: number | null
}

/** The names, in the order of the table. */
export const subjectNames = {
  rack: 'demo rack, directly',
  undici: 'undici.stream',
  httpProxy: '@fastify/http-proxy',
  rackSend: 'rack.send',
  durable: 'gateway, reads durable',
  relaxed: 'gateway, AUDIT_READS=relaxed',
} as const

interface Plan {
  readonly name: string
  readonly program: string
  readonly environment: Readonly<Record<string, string>>
  readonly password: string
}

/** Starts all that is compared; what has started is in `started` even when a later one fails. */
export async function startSubjects(peers: Peers, started: Subject[]): Promise<void> {
  const { rack, gateway, core } = peers
  const upstream = { BENCH_UPSTREAM: rack.url, BENCH_RACK_TOKEN: rack.token }
  const plans: readonly Plan[] = [
    { name: subjectNames.rack, program: 'rack', environment: upstream, password: rack.token },
    { name: subjectNames.undici, program: 'undici-stream', environment: upstream, password: rack.token },
    { name: subjectNames.httpProxy, program: 'http-proxy', environment: upstream, password: rack.token },
    { name: subjectNames.rackSend, program: 'rack-send', environment: upstream, password: rack.token },
    {
      name: subjectNames.durable,
      program: 'gateway',
      environment: { ...gateway.variables, AUDIT_READS: 'strict' },
      password: gateway.token,
    },
    {
      name: subjectNames.relaxed,
      program: 'gateway',
      environment: { ...gateway.variables, AUDIT_READS: 'relaxed' },
      password: gateway.token,
    },
  ]
  for (const { name, program, environment, password } of plans) {
    const process = await startSubject({ program, environment, core })
    started.push({ name, process, request: listApps(process.url, password) })
  }
}

/** `convox apps`, as the stock CLI sends it. */
export function listApps(url: string, password: string): Buffer {
  const credentials = Buffer.from(`convox:${password}`).toString('base64')
  return Buffer.from(
    [
      'GET /apps? HTTP/1.1',
      `Host: ${new URL(url).host}`,
      'User-Agent: convox.go/dev',
      'Accept: */*',
      `Authorization: Basic ${credentials}`,
      'Content-Type: application/octet-stream',
      'Version: dev',
      'Accept-Encoding: gzip',
      '\r\n',
    ].join('\r\n'),
  )
}
