import { createHash } from 'node:crypto'
import type { StepUpLevel } from '../model/types.ts'
import type { Policy } from '../policy/policy.ts'
import { compilePolicy } from '../policy/policy.ts'
import type { PolicyDocument } from '../policy-document/policy-document.ts'
import { createPromptCounter, type PromptCount } from './prompt-counter.ts'
import { type Callers, createCallers, type RecordedCall, type ReplayedCall, toReplayedCall } from './recorded-call.ts'

/** Equal recorded calls that a proposed document would decide differently. */
export interface ImpactChange {
  readonly effect: 'allows' | 'denies'
  readonly principal: { readonly kind: string; readonly id: string; readonly name: string }
  readonly route: string
  readonly rack: string
  readonly app: string | null
  /** The command, as recorded. */
  readonly command: string | null
  /** The rule of the proposed document. */
  readonly rule: string
  readonly reason: string
  readonly count: number
  /** The time of the latest of these calls, RFC 3339. */
  readonly last: string
}

export interface PolicyImpact {
  /** The number of recorded calls, including unclear calls and calls that a policy package denied. */
  readonly calls: number
  /** Calls whose recorded decision cannot be reproduced, and events that lack information. */
  readonly unclear: number
  /** Calls that a policy package denied. The study does not evaluate packages, so their result is unknown. */
  readonly packages: number
  /** Calls that were denied and would be allowed, including those of omitted changes. */
  readonly allowed: number
  /** Calls that were allowed and would be denied, including those of omitted changes. */
  readonly denied: number
  /** The most frequent first, limited to the requested number. */
  readonly changes: readonly ImpactChange[]
  /** The number of omitted changes. After 10,000 different changes, each further changed call counts as one change. */
  readonly more: number
  readonly stepUp: StepUpImpact
}

/** The proofs of second factors that the proposed document would have asked for. */
export interface StepUpImpact {
  /** A `recent` requirement asks once per session until the proof is too old, and `always` asks for each call. */
  readonly prompts: number
  /** Users who would have been asked at least once. */
  readonly users: number
  /**
   * Calls of tokens and jobs that would be denied, because only users can give a proof. `PolicyImpact.denied` includes
   * these calls.
   */
  readonly denied: number
  /** The most prompts first. */
  readonly requirements: readonly PromptCount[]
}

export interface ImpactStudy {
  /** @param recorded null for an event that lacks information */
  add(recorded: RecordedCall | null): void
  result(maxChanges: number): PolicyImpact
}

/** The maximum number of different calls with cached results. Further calls are decided each time. */
const maxCached = 50_000
/** The maximum number of different changes. Calls with further changes are only counted. */
const maxChanges = 10_000
/** Characters of a command or reason in a change. A study with many long commands would exceed its memory. */
const maxText = 500

/**
 * Decides recorded calls with the current document and with a proposed document. A call is unclear if the current
 * document does not reproduce the recorded decision. Possible causes: bindings or the document have changed, or the
 * event lacks information.
 *
 * @throws InvalidPolicy
 */
export function studyImpact(current: PolicyDocument, proposed: PolicyDocument): ImpactStudy {
  const [before, after] = [compilePolicy(current), compilePolicy(proposed)]
  const outcomes = new Map<string, Outcome | 'unclear'>()
  const prompts = createPromptCounter()
  const callers = createCallers()
  const changes = new Map<string, ImpactChange>()
  let calls = 0
  let unclear = 0
  let packages = 0
  let omitted = 0
  let withoutProof = 0
  const total = { allows: 0, denies: 0 }

  function add(recorded: RecordedCall | null): void {
    calls += 1
    if (recorded === null) unclear += 1
    else if (isPackageDenial(recorded)) packages += 1
    else replay(recorded)
  }

  function replay(recorded: RecordedCall): void {
    const key = keyOf(recorded)
    const found = outcomes.get(key) ?? outcomeOf(recorded, { before, after, callers })
    if (outcomes.size < maxCached) outcomes.set(key, found)
    if (found === 'unclear') {
      unclear += 1
      return
    }
    const { change, need } = found
    if (change !== null) addChange(recorded, change)
    if (need !== null) prompts.add({ ...need, ...callerOf(recorded), at: Date.parse(recorded.at) })
  }

  function addChange(recorded: RecordedCall, { effect, rule, reason }: CallChange): void {
    total[effect] += 1
    if (effect === 'denies' && rule.startsWith('step-up:')) withoutProof += 1
    const { principal, route, rack, command, at } = recorded
    const app = recorded.app ?? null
    const words = command?.join(' ') ?? null
    const key = digest([effect, principal.id, route, rack, app, words, rule])
    const earlier = changes.get(key)
    if (earlier === undefined && changes.size >= maxChanges) {
      omitted += 1
      return
    }
    const { kind, id, name } = principal
    const count = (earlier?.count ?? 0) + 1
    const last = earlier !== undefined && earlier.last > at ? earlier.last : at
    changes.set(key, {
      effect,
      principal: { kind, id, name },
      route,
      rack,
      app,
      command: words && shorten(words),
      rule,
      reason,
      count,
      last,
    })
  }

  return {
    add,
    result(maxResults) {
      const sorted = [...changes.values()].sort(
        (one, other) => other.count - one.count || (one.last < other.last ? 1 : -1),
      )
      const { allows: allowed, denies: denied } = total
      const more = Math.max(0, sorted.length - maxResults) + omitted
      const requirements = prompts.counts()
      const stepUp = {
        prompts: requirements.reduce((sum, one) => sum + one.prompts, 0),
        users: prompts.users(),
        denied: withoutProof,
        requirements,
      }
      return { calls, unclear, packages, allowed, denied, changes: sorted.slice(0, maxResults), more, stepUp }
    },
  }
}

function isPackageDenial({ decision: { rule } }: RecordedCall): boolean {
  return rule.startsWith('package:') || rule === 'package-failed'
}

interface CallChange {
  readonly effect: 'allows' | 'denies'
  readonly rule: string
  readonly reason: string
}

interface ReplayContext {
  readonly before: Policy
  readonly after: Policy
  readonly callers: Callers
}

/** The difference that the proposed document makes for a recorded call. */
interface Outcome {
  /** Null if the result is the same. A call that needs a proof counts as allowed, because its user can give one. */
  readonly change: CallChange | null
  /** The proof that an allowed call would need. Null for a call that needs no proof, or that was not allowed. */
  readonly need: { readonly rule: string; readonly level: StepUpLevel } | null
}

function outcomeOf(recorded: RecordedCall, { before, after, callers }: ReplayContext): Outcome | 'unclear' {
  const replayed = toReplayedCall(recorded, callers)
  // What observe mode allows does not count, because the documents are compared as if both were enforced.
  const { wouldBe } = recorded.decision
  const effect = wouldBe === undefined ? recorded.decision.effect : wouldBe.effect
  const asRecorded = replayed && reproduce(replayed, before, effect !== 'deny')
  if (!asRecorded) return 'unclear'
  const decision = after.decide(asRecorded.principal, asRecorded.call)
  const [was, is] = [effect !== 'deny', decision.effect !== 'deny']
  return {
    change:
      was === is ? null : { effect: is ? 'allows' : 'denies', rule: decision.rule, reason: shorten(decision.reason) },
    // Only allowed calls count: a caller who was asked for a proof repeats the call with the proof, and the
    // repeated call is in the log. Observe mode asks for no proof.
    need:
      (effect === 'allow' || wouldBe?.effect === 'require') && 'level' in decision
        ? { rule: decision.rule, level: decision.level }
        : null,
  }
}

function callerOf({ principal: { id, credential = id } }: RecordedCall) {
  return { user: id, session: credential }
}

/** Tries the facts that events do not contain (own run, newest release) until the recorded decision is reproduced. */
function reproduce({ principal, call }: ReplayedCall, before: Policy, allowed: boolean): ReplayedCall | null {
  const processes = call.process === null ? [null] : [call.process, { ...call.process, own: !call.process.own }]
  const releases = call.release === null ? [null] : [call.release, { ...call.release, newest: false }]
  for (const process of processes) {
    for (const release of releases) {
      const tried = { ...call, process, release }
      if ((before.decide(principal, tried).effect !== 'deny') === allowed) return { principal, call: tried }
    }
  }
  return null
}

/**
 * Calls with the same key get the same decision from every document. The key contains only the minute of the call,
 * because time windows have a resolution of a minute.
 */
function keyOf(recorded: RecordedCall): string {
  const { principal, rack, app, route, path, service, command, parameters, environment, source, at, decision } =
    recorded
  const { kind, id, roles } = principal
  const minute = at.slice(0, 'yyyy-mm-ddThh:mm'.length)
  return digest([
    kind,
    id,
    roles,
    rack,
    app,
    route,
    path,
    service,
    command,
    parameters,
    environment,
    source?.address,
    minute,
    decision,
  ])
}

/** A key of constant length, because commands and paths can be long. */
function digest(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64')
}

/** Copies the beginning of a long text: a slice would keep the whole text in memory. */
function shorten(text: string): string {
  return text.length > maxText ? `${Buffer.from(text.slice(0, maxText), 'utf16le').toString('utf16le')}…` : text
}
