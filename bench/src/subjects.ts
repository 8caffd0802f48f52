import { spawnSync } from 'node:child_process'
import type { Checkout } from './checkout.ts'
import { type GatewayEnvironment, prepareGateway } from './gateway-environment.ts'
import { type SubjectOptions, type SubjectProcess, startSubject } from './processes/subject-process.ts'
import { type SubjectName, subjectNames } from './subject-names.ts'
import type { LoadTarget, Workload } from './workloads/workload.ts'

export interface Subject extends LoadTarget {
  readonly process: SubjectProcess
  /** The database and tokens of a gateway. Null for other subjects, which record nothing. */
  readonly gateway: GatewayEnvironment | null
}

interface Upstream {
  readonly url: string
  readonly token: string
}

/** How to start a subject. A subject can be started several times. */
export interface SubjectPlan extends Pick<Subject, 'name' | 'password' | 'gateway'> {
  readonly options: Omit<SubjectOptions, 'nodeArguments'>
}

const relaxedSubjects: readonly SubjectName[] = [subjectNames.relaxed, subjectNames.comparedRelaxed]
const comparedSubjects: readonly SubjectName[] = [subjectNames.comparedDurable, subjectNames.comparedRelaxed]

export function subjectsOfRun(workloads: readonly Workload[], hasComparedGateway: boolean): readonly SubjectName[] {
  return Object.values(subjectNames)
    .filter((name) => hasComparedGateway || !comparedSubjects.includes(name))
    .filter((name) => workloads.some(({ subjects }) => subjects.includes(name)))
}

/** Leaves nginx out if it is not installed. */
export function presentSubjects(names: readonly SubjectName[]): readonly SubjectName[] {
  const hasNginx = spawnSync('nginx', ['-v']).status === 0
  return names.filter((name) => name !== subjectNames.nginx || hasNginx)
}

const programs: Partial<Record<SubjectName, string>> = {
  [subjectNames.rack]: 'rack',
  [subjectNames.nginx]: 'nginx',
  [subjectNames.undici]: 'undici-stream',
  [subjectNames.httpProxy]: 'http-proxy',
  [subjectNames.rackSend]: 'rack-send',
}

export interface PlanOptions {
  readonly rack: Upstream
  readonly checkout: Checkout | null
  readonly core: number | null
}

/**
 * Prepares a subject. Each gateway gets its own PostgreSQL. In a shared database, the checkpoints of a gateway would
 * also verify the events of other gateways and of the background writer.
 */
export async function planSubject(name: SubjectName, { rack, checkout, core }: PlanOptions): Promise<SubjectPlan> {
  const program = programs[name]
  if (program !== undefined) {
    const environment = { BENCH_UPSTREAM: rack.url, BENCH_RACK_TOKEN: rack.token }
    return { name, options: { program, environment, core }, gateway: null, password: () => rack.token }
  }
  const comparedCheckout = comparedSubjects.includes(name) ? checkout : null
  const gateway = await (comparedCheckout?.prepareGateway ?? prepareGateway)(rack)
  const environment = { ...gateway.variables, AUDIT_READS: relaxedSubjects.includes(name) ? 'relaxed' : 'strict' }
  const { directory, node } = comparedCheckout ?? {}
  const options = { program: 'gateway', environment, core, directory, node }
  return { name, options, gateway, password: (role) => gateway.tokens[role] }
}

export async function startPlannedSubject(
  { name, options, gateway, password }: SubjectPlan,
  nodeArguments: readonly string[] = [],
): Promise<Subject> {
  const process = await startSubject({ ...options, nodeArguments })
  return { name, process, url: process.url, password, gateway, hasMasks: gateway !== null }
}
