import { spawnSync } from 'node:child_process'
import type { GatewayEnvironment } from './gateway-environment.ts'
import { type SubjectProcess, startSubject } from './processes/subject-process.ts'
import { type SubjectName, subjectNames } from './subject-names.ts'
import type { LoadTarget } from './workloads/workload.ts'

/** A compared subject: its process and its address. */
export interface Subject extends LoadTarget {
  readonly process: SubjectProcess
  /** Whether it keeps PostgreSQL busy itself. */
  readonly records: boolean
}

export interface Peers {
  readonly rack: { readonly url: string; readonly token: string }
  readonly gateway: GatewayEnvironment
  /** For the subjects. */
  readonly core: number | null
  readonly names: readonly SubjectName[]
}

/** The names of the subjects that can run here. nginx may not be installed. */
export function presentSubjects(names: readonly SubjectName[]): readonly SubjectName[] {
  const hasNginx = spawnSync('nginx', ['-v']).status === 0
  return names.filter((name) => name !== subjectNames.nginx || hasNginx)
}

const programs: Readonly<Record<SubjectName, string>> = {
  [subjectNames.rack]: 'rack',
  [subjectNames.nginx]: 'nginx',
  [subjectNames.undici]: 'undici-stream',
  [subjectNames.httpProxy]: 'http-proxy',
  [subjectNames.rackSend]: 'rack-send',
  [subjectNames.durable]: 'gateway',
  [subjectNames.relaxed]: 'gateway',
}

/** Starts all subjects. Adds each to `started`, even if a later one fails. */
export async function startSubjects(peers: Peers, started: Subject[]): Promise<void> {
  for (const name of peers.names) started.push(await start(name, peers))
}

async function start(name: SubjectName, { rack, gateway, core }: Peers): Promise<Subject> {
  const isGateway = name === subjectNames.durable || name === subjectNames.relaxed
  const reads = name === subjectNames.relaxed ? 'relaxed' : 'strict'
  const environment: Readonly<Record<string, string>> = isGateway
    ? { ...gateway.variables, AUDIT_READS: reads }
    : { BENCH_UPSTREAM: rack.url, BENCH_RACK_TOKEN: rack.token }
  const process = await startSubject({ program: programs[name], environment, core })
  return {
    name,
    process,
    url: process.url,
    password: (role) => (isGateway ? gateway.tokens[role] : rack.token),
    masks: isGateway,
    records: isGateway,
  }
}
