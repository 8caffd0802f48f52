import type { Policy } from '../policy.ts'
import { compilePolicy } from '../policy.ts'
import type { PolicyDocument } from '../policy-document.ts'
import type { Decision } from '../types.ts'
import { type Callers, createCallers, type RecordedCall, type ReplayedCall, replayable } from './recorded-call.ts'

/** Recorded calls that a proposed document would decide differently. */
export interface ImpactChange {
  readonly effect: 'permits' | 'refuses'
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
  /** The number of replayed calls. */
  readonly calls: number
  /** Calls whose recorded decision cannot be reproduced. */
  readonly unclear: number
  /** Calls that a policy package denied. Packages are not part of the study, so their result is unknown. */
  readonly packages: number
  /** Calls that were denied and would be permitted, and the opposite, including those of omitted changes. */
  readonly permitted: number
  readonly refused: number
  /** The most frequent first, limited to the requested number. */
  readonly changes: readonly ImpactChange[]
  /** The number of omitted changes. */
  readonly more: number
}

export interface ImpactStudy {
  /** @param recorded null for an event that lacks information */
  add(recorded: RecordedCall | null): void
  result(maxChanges: number): PolicyImpact
}

/** The maximum number of different calls with cached results. Further ones are decided each time. */
const maxCached = 50_000
const maxChanges = 10_000

/**
 * Decides recorded calls with the current document and with a proposed one. A call is unclear if the current document does
 * not reproduce its recorded decision, because bindings or the document have changed, or the event lacks information.
 *
 * @throws InvalidPolicy
 */
export function studyImpact(current: PolicyDocument, proposed: PolicyDocument): ImpactStudy {
  const [before, after] = [compilePolicy(current), compilePolicy(proposed)]
  const known = new Map<string, ChangeOfOne | 'same' | 'unclear'>()
  const callers = createCallers()
  const changes = new Map<string, ImpactChange>()
  let calls = 0
  let unclear = 0
  let packages = 0
  let lost = 0
  const total = { permits: 0, refuses: 0 }

  function add(recorded: RecordedCall | null): void {
    calls += 1
    if (recorded === null) unclear += 1
    else if (isOfPackage(recorded)) packages += 1
    else replay(recorded)
  }

  function replay(recorded: RecordedCall): void {
    const key = keyOf(recorded)
    const found = known.get(key) ?? changeOf(recorded, { before, after, callers })
    if (known.size < maxCached) known.set(key, found)
    if (found === 'unclear') unclear += 1
    else if (found !== 'same') note(recorded, found)
  }

  function note(recorded: RecordedCall, { effect, decision }: ChangeOfOne): void {
    total[effect] += 1
    const { principal, route, rack, command, at } = recorded
    const app = recorded.app ?? null
    const words = command?.join(' ') ?? null
    const key = JSON.stringify([effect, principal.id, route, rack, app, words, decision.rule])
    const earlier = changes.get(key)
    if (earlier === undefined && changes.size >= maxChanges) {
      lost += 1
      return
    }
    const { kind, id, name } = principal
    const { rule, reason } = decision
    const count = (earlier?.count ?? 0) + 1
    const last = earlier !== undefined && earlier.last > at ? earlier.last : at
    changes.set(key, {
      effect,
      principal: { kind, id, name },
      route,
      rack,
      app,
      command: words,
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
      const { permits: permitted, refuses: refused } = total
      const more = Math.max(0, sorted.length - maxResults) + lost
      return { calls, unclear, packages, permitted, refused, changes: sorted.slice(0, maxResults), more }
    },
  }
}

/** Whether a policy package denied the call. */
function isOfPackage({ decision: { rule } }: RecordedCall): boolean {
  return rule.startsWith('package:') || rule === 'package-failed'
}

interface ChangeOfOne {
  readonly effect: 'permits' | 'refuses'
  readonly decision: Decision
}

interface ReplayContext {
  readonly before: Policy
  readonly after: Policy
  readonly callers: Callers
}

function changeOf(recorded: RecordedCall, { before, after, callers }: ReplayContext): ChangeOfOne | 'same' | 'unclear' {
  const replayed = replayable(recorded, callers)
  const asRecorded = replayed && reproduce(replayed, before, recorded.decision.effect)
  if (!asRecorded) return 'unclear'
  const decision = after.decide(asRecorded.principal, asRecorded.call)
  const [was, is] = [recorded.decision.effect === 'allow', decision.effect === 'allow']
  return was === is ? 'same' : { effect: is ? 'permits' : 'refuses', decision }
}

/** Tries the facts that events do not contain (own run, newest release) until the recorded decision is reproduced. */
function reproduce({ principal, call }: ReplayedCall, before: Policy, effect: string): ReplayedCall | null {
  const processes = call.process === null ? [null] : [call.process, { ...call.process, own: !call.process.own }]
  const releases = call.release === null ? [null] : [call.release, { ...call.release, newest: false }]
  for (const process of processes) {
    for (const release of releases) {
      const tried = { ...call, process, release }
      if (before.decide(principal, tried).effect === effect) return { principal, call: tried }
    }
  }
  return null
}

/** Equal for calls that every document decides equally. Time windows have a resolution of a minute. */
function keyOf(recorded: RecordedCall): string {
  const { principal, rack, app, route, path, service, command, parameters, environment, source, at, decision } =
    recorded
  const { kind, id, roles } = principal
  const minute = at.slice(0, 'yyyy-mm-ddThh:mm'.length)
  return JSON.stringify([
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
