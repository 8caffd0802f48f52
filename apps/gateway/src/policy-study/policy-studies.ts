import { decidedCalls } from '@rack-gateway/audit/decided-calls'
import type { Database } from '@rack-gateway/database'
import type { PolicyDocument } from '@rack-gateway/rbac-policy'
import type { PolicyImpact } from '@rack-gateway/rbac-policy/simulation'
import { InvalidRequest, TooManyRequests } from '../errors.ts'
import type { DocumentCheck, StudyAnswer } from './messages.ts'
import { StudyBroken, type StudyChild, startStudyChild } from './study-child.ts'

export interface StudyRequest {
  readonly current: PolicyDocument
  /** YAML. */
  readonly proposed: string
  /** Milliseconds since the epoch. `since` and `until` are both included. */
  readonly since: number
  readonly until: number
  /** Called with the hash of the proposed document before any call is read. If `onBegin` rejects, the study rejects. */
  readonly onBegin: (proposed: string) => Promise<void>
  /** Aborted when the caller disconnects, which ends the study. */
  readonly disconnected: AbortSignal
}

export interface PolicyStudy {
  /** Hash of the proposed document. */
  readonly proposed: string
  readonly impact: PolicyImpact
  /** Null if no limit was reached. `from` is the time of the oldest evaluated call, in milliseconds since the epoch. */
  readonly cut: { readonly by: 'time' | 'number'; readonly from: number } | null
}

export interface CheckRequest {
  readonly current: PolicyDocument
  /** YAML. */
  readonly proposed: string
  /** The principal whose limit the check counts toward. */
  readonly principal: string
  /** Aborted when the caller disconnects, which ends the check. */
  readonly disconnected: AbortSignal
}

export interface PolicyStudies {
  /**
   * @throws InvalidRequest for a document that is invalid, or that takes too much time or memory
   * @throws TooManyRequests at the limit of concurrent studies
   */
  study(request: StudyRequest): Promise<PolicyStudy>
  /**
   * @throws InvalidRequest for a document that takes too much time or memory
   * @throws TooManyRequests at the limits of concurrent checks
   */
  check(request: CheckRequest): Promise<DocumentCheck>
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
  answerTimeout: 20_000,
  /** MiB of the JavaScript heap of one process. */
  memory: 256,
  /** Changes in the result. */
  changes: 200,
  /** Concurrent checks of all principals. Each principal can run one check at a time. */
  checks: 2,
  /** Milliseconds for a check. */
  checkTimeout: 10_000,
  /** Changes in the result of a check. */
  checkChanges: 500,
}

/** Each study and each check runs in its own process. */
export function createPolicyStudies({ sql, flags, limits }: PolicyStudiesOptions): PolicyStudies {
  const bounds = { ...studyLimits, ...limits }
  const running = new Set<StudyChild>()
  /** Keyed by principal. */
  const checking = new Map<string, StudyChild>()

  async function study(request: StudyRequest): Promise<PolicyStudy> {
    if (running.size >= bounds.studies) throw tooMany(bounds.studies)
    const child = startStudyChild({ flags, memory: bounds.memory, answerTimeout: bounds.answerTimeout })
    running.add(child)
    try {
      return await runWithChild(child, request.disconnected, () => runStudy(child, request))
    } catch (error) {
      throw error instanceof StudyBroken ? limitExceeded(bounds) : error
    } finally {
      running.delete(child)
    }
  }

  async function check({ current, proposed, principal, disconnected }: CheckRequest): Promise<DocumentCheck> {
    if (checking.has(principal) || checking.size >= bounds.checks) throw tooManyChecks(checking.has(principal))
    const child = startStudyChild({ flags, memory: bounds.memory, answerTimeout: bounds.checkTimeout })
    checking.set(principal, child)
    const question = { kind: 'check', current, proposed, maxChanges: bounds.checkChanges } as const
    try {
      const answer = await runWithChild(child, disconnected, () => child.ask(question))
      if (answer.kind !== 'checked') throw unexpected(answer)
      return answer.check
    } catch (error) {
      throw error instanceof StudyBroken ? checkLimitExceeded(bounds) : error
    } finally {
      checking.delete(principal)
    }
  }

  async function runStudy(
    child: StudyChild,
    { current, proposed, since, until, onBegin }: StudyRequest,
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
    check,
    stop() {
      for (const child of [...running, ...checking.values()]) child.end()
    },
  }
}

/** The child process ends with the work, or when the caller disconnects. */
async function runWithChild<T>(child: StudyChild, disconnected: AbortSignal, work: () => Promise<T>): Promise<T> {
  disconnected.addEventListener('abort', child.end, { once: true })
  try {
    disconnected.throwIfAborted()
    return await work()
  } finally {
    disconnected.removeEventListener('abort', child.end)
    child.end()
  }
}

/** 57014 is PostgreSQL's code for a canceled query. */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '57014'
}

const maxProblems = 5

function invalid(problems: readonly string[]): Error {
  const more = problems.length - maxProblems
  const listed = problems.slice(0, maxProblems).join('; ')
  const reason = `The document is not valid: ${listed}${more > 0 ? `; and ${more} more problems` : ''}.`
  return new InvalidRequest(reason, 'Correct the document.', { rule: 'policy-document' })
}

function limitExceeded({ memory, answerTimeout }: typeof studyLimits): Error {
  const reason = `The study exceeded its limit of ${memory} MiB or ${answerTimeout / 1_000} s.`
  return new InvalidRequest(reason, 'Simplify the document, or retry later.', { rule: 'study-size' })
}

function tooMany(limit: number): Error {
  const reason = `${limit} studies of the audit log are already running, which is the limit.`
  return new TooManyRequests(reason, 'Retry in 30 s.', { rule: 'study-limit', retryAfter: 30 })
}

function checkLimitExceeded({ memory, checkTimeout }: typeof studyLimits): Error {
  const reason = `The check exceeded its limit of ${memory} MiB or ${checkTimeout / 1_000} s.`
  return new InvalidRequest(reason, 'Simplify the document, or retry later.', { rule: 'check-size' })
}

function tooManyChecks(isOwn: boolean): Error {
  const reason = isOwn
    ? 'You are already checking a policy document, and can check only one at a time.'
    : 'Other principals are checking policy documents, and the gateway checks only a few at a time.'
  const remedy = 'Retry in 5 s, or use "rack-gateway policy check".'
  return new TooManyRequests(reason, remedy, { rule: 'check-limit', retryAfter: 5 })
}

function unexpected({ kind }: StudyAnswer): Error {
  return new Error(`the process of a study answered ${kind}`)
}
