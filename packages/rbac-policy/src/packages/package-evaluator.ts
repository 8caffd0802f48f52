import { type Evaluation, evaluate, type Stopwatch } from './evaluate.ts'
import { InvalidResult } from './objection.ts'
import { type PackagesLog, packageLog } from './packages-log.ts'
import type { CallContext, Objection, PackageCall, PolicyPackage } from './types.ts'

/** The results of a package's evaluations since the process started. */
export interface PackageCounts {
  readonly evaluated: number
  /** Evaluations of simulated calls, which `evaluated` and `objected` leave out. */
  readonly simulated: number
  readonly objected: number
  /** Evaluations in which the package threw, returned no valid result, or exceeded its deadline. */
  readonly failed: number
  /** Evaluations that blocked the process for more than 5 ms. */
  readonly slow: number
}

export const noCounts: PackageCounts = { evaluated: 0, simulated: 0, objected: 0, failed: 0, slow: 0 }

/** The part of the context that is the same for all packages. */
export type SharedContext = Omit<CallContext, 'signal' | 'log'>

/** Milliseconds. A longer evaluation delays all other calls noticeably. */
const slowMs = 5
/** The minimum time between two log lines about the same problem of a package, in milliseconds. */
const logInterval = 60_000

/** The result of one evaluation. */
export interface PackageResult {
  readonly objection: Objection | null
  /** Why the package failed, as a clause that follows its name; null if the package did not fail. */
  readonly failed: string | null
  /** Whether the package exceeded its deadline. */
  readonly late: boolean
}

export interface PackageEvaluator {
  readonly name: string
  counts(): PackageCounts
  /** Whether the package has ever returned a promise for this route. */
  isAsynchronous(route: string): boolean
  ask(call: PackageCall, context: SharedContext): Promise<PackageResult>
}

export interface EvaluatorOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly elapsed: Stopwatch
  readonly log: PackagesLog
}

export function createPackageEvaluator(
  policy: PolicyPackage,
  { now, elapsed, log }: EvaluatorOptions,
): PackageEvaluator {
  const { name, timeoutMs } = policy
  const counts = { ...noCounts }
  const ownLog = packageLog(name, log)
  const canLogSlow = createRateLimit(now)
  const canLogFailed = createRateLimit(now)
  const asynchronous = new Set<string>()

  function countResult({ outcome, busyMs }: Evaluation, simulated: boolean): PackageResult {
    counts[simulated ? 'simulated' : 'evaluated'] += 1
    if (busyMs > slowMs) {
      counts.slow += 1
      if (canLogSlow()) log.slow(name, busyMs)
    }
    if (outcome.kind === 'passed') return { objection: null, failed: null, late: false }
    if (outcome.kind === 'objected') {
      if (!simulated) counts.objected += 1
      return { objection: outcome.objection, failed: null, late: false }
    }
    counts.failed += 1
    const late = outcome.kind === 'timed-out'
    const error = late ? null : outcome.error
    const why = late
      ? `gave no answer within ${timeoutMs} ms`
      : error instanceof InvalidResult
        ? error.message
        : 'threw'
    if (canLogFailed()) log.failed(name, why, error)
    return { objection: null, failed: late ? why : 'could not decide about this call', late }
  }

  return {
    name,
    counts: () => ({ ...counts }),
    isAsynchronous: (route) => asynchronous.has(route),
    async ask(call, context) {
      const evaluation = await evaluate(policy, call, { ...context, log: ownLog }, elapsed)
      if (evaluation.asynchronous) asynchronous.add(call.route)
      return countResult(evaluation, context.simulated)
    },
  }
}

function createRateLimit(now: () => number): () => boolean {
  let last = Number.NEGATIVE_INFINITY
  return function canLog() {
    if (now() - last < logInterval) return false
    last = now()
    return true
  }
}
