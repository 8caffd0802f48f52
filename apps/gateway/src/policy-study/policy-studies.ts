import { decidedCalls } from '@rack-gateway/audit/decided-calls'
import type { Database } from '@rack-gateway/database'
import type { PolicyDocument } from '@rack-gateway/rbac-policy'
import type { PolicyImpact } from '@rack-gateway/rbac-policy/simulation'
import { InvalidRequest, TooManyRequests, withRule } from '../errors.ts'
import type { StudyAnswer } from './messages.ts'
import { StudyBroken, type StudyChild, startStudyChild } from './study-child.ts'

export interface WantedStudy {
  readonly current: PolicyDocument
  /** YAML. */
  readonly proposed: string
  /** Milliseconds since the epoch, both included. */
  readonly since: number
  readonly until: number
  /** Called with the hash of the proposed document before anything is read. What it throws ends the study. */
  readonly onBegin: (proposed: string) => Promise<void>
  /** Ends the study. */
  readonly leaving: AbortSignal
}

export interface PolicyStudy {
  /** Hash of the proposed document. */
  readonly proposed: string
  readonly impact: PolicyImpact
  /** If a limit was reached: which one, and from when on calls were evaluated, in milliseconds since the epoch. */
  readonly cut: { readonly by: 'time' | 'number'; readonly from: number } | null
}

export interface PolicyStudies {
  /** @throws InvalidRequest for an invalid document, TooManyRequests at the limit of concurrent studies */
  study(wanted: WantedStudy): Promise<PolicyStudy>
  /** Ends all running studies. */
  stop(): void
}

export interface PolicyStudiesOptions {
  readonly sql: Database['sql']
  /** Node.js flags for the process of a study. */
  readonly flags: readonly string[]
  readonly limits?: Partial<typeof studyLimits>
}

export const studyLimits = {
  /** Concurrent studies. */
  studies: 2,
  calls: 500_000,
  /** Calls per message to the process. */
  batch: 1_000,
  /** Milliseconds after which no more calls are read. */
  time: 40_000,
  /** Milliseconds for the answer to one message. */
  patience: 20_000,
  /** MiB. */
  memory: 256,
  /** Changes in the result. */
  changes: 200,
}

/** Evaluates recorded calls against a proposed document. Each study runs in its own process, and few run at once. */
export function createPolicyStudies({ sql, flags, limits }: PolicyStudiesOptions): PolicyStudies {
  const bounds = { ...studyLimits, ...limits }
  const running = new Set<StudyChild>()

  async function study(wanted: WantedStudy): Promise<PolicyStudy> {
    if (running.size >= bounds.studies) throw tooMany(bounds.studies)
    const child = startStudyChild({ flags, memory: bounds.memory, patience: bounds.patience })
    running.add(child)
    wanted.leaving.addEventListener('abort', child.end, { once: true })
    try {
      wanted.leaving.throwIfAborted()
      return await studied(child, wanted)
    } catch (error) {
      throw error instanceof StudyBroken ? limitExceeded(bounds) : error
    } finally {
      wanted.leaving.removeEventListener('abort', child.end)
      running.delete(child)
      child.end()
    }
  }

  async function studied(
    child: StudyChild,
    { current, proposed, since, until, onBegin }: WantedStudy,
  ): Promise<PolicyStudy> {
    const begun = await child.ask({ kind: 'begin', current, proposed })
    if (begun.kind === 'invalid') throw invalid(begun.problems)
    if (begun.kind !== 'begun') throw unexpected(begun)
    await onBegin(begun.policy)
    const cut = await replay(child, since, until)
    const end = await child.ask({ kind: 'end', maxChanges: bounds.changes })
    if (end.kind !== 'impact') throw unexpected(end)
    return { proposed: begun.policy, impact: end.impact, cut }
  }

  async function replay(child: StudyChild, since: number, until: number): Promise<PolicyStudy['cut']> {
    const deadline = performance.now() + bounds.time
    let calls = 0
    let from = until
    try {
      for await (const batch of decidedCalls({ sql, since, until, batch: bounds.batch })) {
        await child.ask({ kind: 'calls', canonical: batch.canonical })
        from = batch.from
        calls += batch.canonical.length
        if (calls >= bounds.calls) return { by: 'number', from }
        if (performance.now() >= deadline) return { by: 'time', from }
      }
      return null
    } catch (error) {
      if (isTimeout(error)) return { by: 'time', from }
      throw error
    }
  }

  return {
    study,
    stop() {
      for (const child of running) child.end()
    },
  }
}

/** PostgreSQL canceled the query of a batch. */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '57014'
}

const maxProblems = 5

function invalid(problems: readonly string[]): Error {
  const left = problems.length - maxProblems
  const named = problems.slice(0, maxProblems).join('; ')
  const reason = `The document is not valid: ${named}${left > 0 ? `; and ${left} more problems` : ''}.`
  return withRule(new InvalidRequest(reason, 'Correct the document.'), 'policy-document')
}

function limitExceeded({ memory, patience }: typeof studyLimits): Error {
  const reason = `The study exceeded its limit of ${memory} MiB or ${patience / 1_000} s.`
  return withRule(new InvalidRequest(reason, 'Simplify the document, or retry later.'), 'study-size')
}

function tooMany(limit: number): Error {
  const reason = `${limit} studies of the audit log are already running, which is the limit.`
  return Object.assign(withRule(new TooManyRequests(reason, 'Retry in 30 s.'), 'study-limit'), { retryAfter: 30 })
}

function unexpected({ kind }: StudyAnswer): Error {
  return new Error(`the process of a study answered ${kind}`)
}
