import { type Evaluation, evaluate, type Stopwatch } from './evaluate.ts'
import { NotAVerdict } from './objection.ts'
import { type PackagesLog, packageLog } from './packages-log.ts'
import type { CallContext, Objection, PackageCall, PolicyPackage } from './types.ts'

/** What has become of a package's evaluations since the start. */
export interface PackageCounts {
  readonly evaluated: number
  /** Evaluations of calls that nobody made: they are not among the others, nor are the objections to them. */
  readonly simulated: number
  readonly objected: number
  /** The package threw, returned no valid result, or exceeded its deadline. */
  readonly failed: number
  /** Kept the process busy for more than 5 ms. */
  readonly slow: number
}

export const none: PackageCounts = { evaluated: 0, simulated: 0, objected: 0, failed: 0, slow: 0 }

export type SharedContext = Omit<CallContext, 'signal' | 'log'>

/** Longer than this, a package holds up everybody's calls. */
const slowMs = 5
/** Milliseconds between two lines of the same package about the same thing. */
const quietMs = 60_000

export interface Answer {
  readonly objection: Objection | null
  /** Why there is none. */
  readonly failed: string | null
  /** Whether the package exceeded its deadline. */
  readonly late: boolean
}

export interface AskedPackage {
  readonly name: string
  counts(): PackageCounts
  /** Whether it has ever answered later than at once about this route. */
  isAsynchronous(route: string): boolean
  ask(call: PackageCall, context: SharedContext): Promise<Answer>
}

export interface AskedOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly elapsed: Stopwatch
  readonly log: PackagesLog
}

/** One package with what is counted of it. */
export function createAsked(policy: PolicyPackage, { now, elapsed, log }: AskedOptions): AskedPackage {
  const { name, timeoutMs } = policy
  const counts = { ...none }
  const ownLog = packageLog(name, log)
  const mayTellSlow = oncePerWhile(now)
  const mayTellFailed = oncePerWhile(now)
  const asynchronous = new Set<string>()

  function note({ outcome, busyMs }: Evaluation, simulated: boolean): Answer {
    counts[simulated ? 'simulated' : 'evaluated'] += 1
    if (busyMs > slowMs) {
      counts.slow += 1
      if (mayTellSlow()) log.slow(name, busyMs)
    }
    if (outcome.kind === 'passed') return { objection: null, failed: null, late: false }
    if (outcome.kind === 'objected') {
      if (!simulated) counts.objected += 1
      return { objection: outcome.objection, failed: null, late: false }
    }
    counts.failed += 1
    const late = outcome.kind === 'timed-out'
    const error = late ? null : outcome.error
    const why = late ? `gave no answer within ${timeoutMs} ms` : error instanceof NotAVerdict ? error.message : 'threw'
    if (mayTellFailed()) log.failed(name, why, error)
    return { objection: null, failed: late ? why : 'could not judge this call', late }
  }

  return {
    name,
    counts: () => ({ ...counts }),
    isAsynchronous: (route) => asynchronous.has(route),
    async ask(call, context) {
      const evaluation = await evaluate(policy, call, { ...context, log: ownLog }, elapsed)
      if (evaluation.asynchronous) asynchronous.add(call.route)
      return note(evaluation, context.simulated)
    },
  }
}

function oncePerWhile(now: () => number): () => boolean {
  let last = Number.NEGATIVE_INFINITY
  return function may() {
    if (now() - last < quietMs) return false
    last = now()
    return true
  }
}
