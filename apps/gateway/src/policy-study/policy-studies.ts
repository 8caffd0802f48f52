import { decidedCalls } from '@rack-gateway/audit'
import { childHeapMiB } from '@rack-gateway/config'
import type { Database } from '@rack-gateway/database'
import type { PolicyDocument } from '@rack-gateway/rbac-policy'
import { isBuiltIn, textOf } from '@rack-gateway/rbac-policy/document'
import type { CurrentAccess, PolicyImpact, WouldBe } from '@rack-gateway/rbac-policy/simulation'
import type { PolicySuggestion } from '@rack-gateway/rbac-policy/suggestion'
import { InvalidRequest, TooManyCalls } from '../errors/errors.ts'
import type { FairLimit } from '../resource-account/fair-limit.ts'
import type { Payer } from '../resource-account/payer.ts'
import { createCheckCache } from './check-cache.ts'
import type { DocumentCheck, StudyResult } from './messages.ts'
import { StudyBroken, type StudyChild, StudyNotStarted, startStudyChild } from './study-child.ts'

export interface StudyRequest {
  readonly current: PolicyDocument
  /** YAML. */
  readonly proposed: string
  /** Milliseconds since the epoch. `since` and `until` are both included. */
  readonly since: number
  readonly until: number
  readonly payer: Payer
  /** Called with the hash of the proposed document before any call is read. If `onBegin` rejects, the study rejects. */
  readonly onBegin: (proposed: string) => Promise<void>
  /** Aborted when the caller disconnects, which ends the study. */
  readonly disconnected: AbortSignal
}

/** A study of the policy in force. */
export interface RecordedRequest extends Pick<StudyRequest, 'current' | 'since' | 'until' | 'payer' | 'disconnected'> {
  /** Null: all racks. */
  readonly rack: string | null
  readonly access: CurrentAccess
}

export interface WouldBeStudied {
  readonly wouldBe: WouldBe
  readonly cut: PolicyStudy['cut']
}

export interface SuggestedPolicy {
  readonly suggestion: PolicySuggestion
  readonly cut: PolicyStudy['cut']
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
  /** The hash of `current`. */
  readonly hash: string
  /** YAML. */
  readonly proposed: string
  readonly payer: Payer
  /** Aborted when the caller disconnects, which ends the check. */
  readonly disconnected: AbortSignal
}

export interface PolicyStudies {
  /**
   * @throws InvalidRequest for a document that is invalid, or that takes too much time or memory
   * @throws the errors of `children`; TooManyCalls if no process can be started
   */
  study(request: StudyRequest): Promise<PolicyStudy>
  /**
   * A document that was checked lately needs no process.
   *
   * @throws InvalidRequest for a document that takes too much time or memory
   * @throws the errors of `children`; TooManyCalls if no process can be started
   */
  check(request: CheckRequest): Promise<DocumentCheck>
  /**
   * Suggests a policy from the recorded calls.
   *
   * @throws InvalidRequest if it takes too much time or memory
   * @throws the errors of `children`; TooManyCalls if no process can be started
   */
  suggest(request: RecordedRequest): Promise<SuggestedPolicy>
  /** Which recorded calls the policy would deny if it were enforced. Throws as `suggest`. */
  wouldBe(request: RecordedRequest): Promise<WouldBeStudied>
  stop(): void
}

export interface PolicyStudiesOptions {
  readonly sql: Database['sql']
  /** Node.js flags for the process of a study. */
  readonly flags: readonly string[]
  /** Limits the processes. A check or study above the limit waits. */
  readonly children: FairLimit
  readonly limits?: Partial<typeof studyLimits>
}

export const studyLimits = {
  calls: 500_000,
  /** The newest calls of one principal, so that one principal cannot push out the calls of other principals. */
  callsPerPrincipal: 50_000,
  /** Calls per message to the process. */
  batch: 1_000,
  /** Milliseconds after which no more calls are read. */
  time: 40_000,
  /** Milliseconds after which no more calls are read while another check or study waits. */
  sharedTime: 10_000,
  /** Milliseconds for the response to one message. */
  responseTimeout: 20_000,
  /** MiB of the JavaScript heap of one process. */
  memory: childHeapMiB,
  /** Changes in the result. */
  changes: 200,
  /** Milliseconds for a check. */
  checkTimeout: 10_000,
  /** Changes in the result of a check. */
  checkChanges: 500,
}

/** Each study and each check runs in its own process. */
export function createPolicyStudies({ sql, flags, children, limits }: PolicyStudiesOptions): PolicyStudies {
  const bounds = { ...studyLimits, ...limits }
  const running = new Set<StudyChild>()
  const checks = createCheckCache()

  /** The process ends with the work, or when the caller disconnects. */
  async function withChild<T>(
    { payer, disconnected }: Pick<CheckRequest, 'payer' | 'disconnected'>,
    responseTimeout: number,
    work: (child: StudyChild) => Promise<T>,
  ): Promise<T> {
    const release = children.take(payer) ?? (await children.wait({ payer, rack: null, signal: disconnected }))
    let child: StudyChild | null = null
    try {
      child = startStudyChild({ flags, memory: bounds.memory, responseTimeout })
      running.add(child)
      disconnected.addEventListener('abort', child.end, { once: true })
      disconnected.throwIfAborted()
      return await work(child)
    } finally {
      if (child !== null) {
        disconnected.removeEventListener('abort', child.end)
        child.end()
        running.delete(child)
      }
      release()
    }
  }

  async function study(request: StudyRequest): Promise<PolicyStudy> {
    try {
      return await withChild(request, bounds.responseTimeout, (child) => runStudy(child, request))
    } catch (error) {
      throw explain(error, limitExceeded(bounds))
    }
  }

  async function check({ current, hash, proposed, ...caller }: CheckRequest): Promise<DocumentCheck> {
    const known = checks.get(hash, proposed)
    if (known !== undefined) return known
    const question = { kind: 'check', current, proposed, maxChanges: bounds.checkChanges } as const
    try {
      const response = await withChild(caller, bounds.checkTimeout, (child) => child.ask(question))
      if (response.kind !== 'checked') throw unexpected(response)
      checks.set(hash, proposed, response.check)
      return response.check
    } catch (error) {
      throw explain(error, checkLimitExceeded(bounds))
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
    const cut = await replay(child, { since, until, part: 'decision' })
    const end = await child.ask({ kind: 'end', maxChanges: bounds.changes })
    if (end.kind !== 'impact') throw unexpected(end)
    return { proposed: begun.policy, impact: end.impact, cut }
  }

  async function studyRecorded<T>(
    request: RecordedRequest,
    run: (child: StudyChild, request: RecordedRequest) => Promise<T>,
  ): Promise<T> {
    try {
      return await withChild(request, bounds.responseTimeout, (child) => run(child, request))
    } catch (error) {
      throw explain(error, limitExceeded(bounds))
    }
  }

  async function runSuggestion(
    child: StudyChild,
    { current, access, rack, since, until }: RecordedRequest,
  ): Promise<SuggestedPolicy> {
    // The built-in policy has nothing to keep, because every document begins with it.
    const text = isBuiltIn(current) ? null : textOf(current)
    const begun = await child.ask({ kind: 'begin-suggestion', current, text, access, rack })
    if (begun.kind !== 'more') throw unexpected(begun)
    const cut = await replay(child, { since, until, part: 'response' })
    const end = await child.ask({ kind: 'end', maxChanges: 0 })
    if (end.kind !== 'suggestion') throw unexpected(end)
    return { suggestion: end.suggestion, cut }
  }

  async function runWouldBe(
    child: StudyChild,
    { current, access, rack, since, until }: RecordedRequest,
  ): Promise<WouldBeStudied> {
    const begun = await child.ask({ kind: 'begin-would-be', current, access, rack })
    if (begun.kind !== 'more') throw unexpected(begun)
    const cut = await replay(child, { since, until, part: 'decision' })
    const end = await child.ask({ kind: 'end', maxChanges: bounds.changes })
    if (end.kind !== 'would-be') throw unexpected(end)
    return { wouldBe: end.wouldBe, cut }
  }

  async function replay(
    child: StudyChild,
    { since, until, part }: { readonly since: number; readonly until: number; readonly part: 'decision' | 'response' },
  ): Promise<PolicyStudy['cut']> {
    const began = performance.now()
    let calls = 0
    let from = until
    let cut: PolicyStudy['cut'] = null
    const excluded = new Set<string>()
    const countsOf = new Map<string, number>()
    try {
      for await (const batch of decidedCalls({ sql, since, until, part, excluded, batch: bounds.batch })) {
        for (const canonical of chunksOf(batch.canonical)) await child.ask({ kind: 'calls', canonical })
        from = batch.from
        calls += batch.canonical.length
        for (const principal of batch.principals) {
          if (principal === null) continue
          const count = (countsOf.get(principal) ?? 0) + 1
          countsOf.set(principal, count)
          if (count < bounds.callsPerPrincipal) continue
          excluded.add(principal)
          cut ??= { by: 'number', from }
        }
        if (calls >= bounds.calls) return { by: 'number', from }
        const time = children.hasWaiting() ? Math.min(bounds.sharedTime, bounds.time) : bounds.time
        if (performance.now() - began >= time) return { by: 'time', from }
      }
      return cut
    } catch (error) {
      if (isTimeout(error)) return { by: 'time', from }
      throw error
    }
  }

  return {
    study,
    check,
    suggest: (request) => studyRecorded(request, runSuggestion),
    wouldBe: (request) => studyRecorded(request, runWouldBe),
    stop() {
      for (const child of running) child.end()
    },
  }
}

/** Characters of the events in one message, which the main thread must encode. */
const maxChunk = 512 * 1024

function* chunksOf(events: readonly string[]): Generator<readonly string[]> {
  let chunk: string[] = []
  let characters = 0
  for (const event of events) {
    if (chunk.length > 0 && characters + event.length > maxChunk) {
      yield chunk
      chunk = []
      characters = 0
    }
    chunk.push(event)
    characters += event.length
  }
  yield chunk
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

function limitExceeded({ memory, responseTimeout }: typeof studyLimits): Error {
  const reason = `The study exceeded its limit of ${memory} MiB or ${responseTimeout / 1_000} s.`
  return new InvalidRequest(reason, 'Simplify the document, or retry later.', { rule: 'study-size' })
}

function checkLimitExceeded({ memory, checkTimeout }: typeof studyLimits): Error {
  const reason = `The check exceeded its limit of ${memory} MiB or ${checkTimeout / 1_000} s.`
  return new InvalidRequest(reason, 'Simplify the document, or retry later.', { rule: 'check-size' })
}

function explain(error: unknown, exceeded: Error): unknown {
  if (error instanceof StudyNotStarted) return notStarted()
  return error instanceof StudyBroken ? exceeded : error
}

function notStarted(): Error {
  return new TooManyCalls(
    'The gateway could not start a process for the policy document.',
    'Try again in 5 s, or use "rack-gateway policy check".',
    { rule: 'memory-limit', retryAfter: 5 },
  )
}

function unexpected({ kind }: StudyResult): Error {
  return new Error(`the process of a study answered ${kind}`)
}
