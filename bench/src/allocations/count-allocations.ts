import { callRepeatedly, type RoundsOptions, warmUpSubject } from '../rounds.ts'
import { type SubjectName, subjectNames } from '../subject-names.ts'
import { type Subject, type SubjectPlan, startPlannedSubject } from '../subjects.ts'
import type { Workload } from '../workloads/index.ts'
import { type Allocations, allocatedBetween } from './allocations.ts'

export interface CallAllocations extends Allocations {
  readonly workload: string
  readonly subject: SubjectName
}

/** The proxies and gateways that run in Node, except `rack.send`, which is a part of the gateway. */
const countedSubjects: readonly SubjectName[] = [
  subjectNames.undici,
  subjectNames.httpProxy,
  subjectNames.durable,
  subjectNames.comparedDurable,
  subjectNames.relaxed,
  subjectNames.comparedRelaxed,
]

export interface CountOptions extends Pick<RoundsOptions, 'workloads' | 'signal' | 'log'> {
  readonly plans: readonly SubjectPlan[]
}

/** Counts in separate processes, because counting takes processor time. Omits workloads whose unit is not a request. */
export async function countAllocations({ workloads, plans, ...options }: CountOptions): Promise<CallAllocations[]> {
  const results: CallAllocations[] = []
  for (const workload of workloads.filter(({ unit }) => unit === 'request')) {
    options.log(`${workload.name}: counting allocations`)
    const countedPlans = plans.filter(({ name }) => countedSubjects.includes(name) && workload.subjects.includes(name))
    for (const plan of countedPlans) results.push(await countOne(plan, workload, options))
  }
  return results
}

const preload = `--import=${new URL('preload.js', import.meta.url)}`

async function countOne(
  plan: SubjectPlan,
  workload: Workload,
  options: Pick<RoundsOptions, 'signal' | 'log'>,
): Promise<CallAllocations> {
  const subject = await startPlannedSubject(plan, [preload])
  try {
    await warmUpSubject(subject, workload, options)
    const { bytes } = await allocatedByCalls(subject, workload, options.signal)
    await subject.process.ask({ countPromises: true })
    const { promises } = await allocatedByCalls(subject, workload, options.signal)
    return { workload: workload.name, subject: plan.name, bytes, promises }
  } finally {
    await subject.process.stop()
  }
}

/** With so many calls, the periodic work of a gateway hardly changes the average. */
const countedCalls = 2_000

async function allocatedByCalls(subject: Subject, { warmUp }: Workload, signal: AbortSignal): Promise<Allocations> {
  const before = await allocationsOf(subject)
  const count = await callRepeatedly(subject, { ...warmUp, count: countedCalls }, signal)
  return allocatedBetween(before, await allocationsOf(subject), count)
}

async function allocationsOf({ process }: Subject): Promise<Allocations> {
  const { allocations } = (await process.ask({ cpu: true })) as { readonly allocations?: Allocations }
  if (!allocations) throw new Error('a subject did not report its allocations')
  return allocations
}
