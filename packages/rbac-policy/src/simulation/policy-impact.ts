import type { Policy } from '../policy.ts'
import { compilePolicy } from '../policy.ts'
import type { PolicyDocument } from '../policy-document.ts'
import type { Decision } from '../types.ts'
import { type Callers, createCallers, type RecordedCall, type ReplayedCall, replayable } from './recorded-call.ts'

/** Calls that were made, and would come to something else under a proposed document. */
export interface ImpactChange {
  readonly effect: 'permits' | 'refuses'
  readonly principal: { readonly kind: string; readonly id: string; readonly name: string }
  readonly route: string
  readonly rack: string
  readonly app: string | null
  /** The command, as recorded. */
  readonly command: string | null
  /** By what the proposed document decides. */
  readonly rule: string
  readonly reason: string
  readonly count: number
  /** RFC 3339: the latest of them. */
  readonly last: string
}

export interface PolicyImpact {
  /** Calls that were looked at. */
  readonly calls: number
  /** Calls of which the record doesn't say enough to decide them again as they were. */
  readonly unclear: number
  /** Calls that a policy package refused: packages are not part of the study, so what would come of these isn't known. */
  readonly packages: number
  /** Calls that were refused and would be permitted, and the other way round: those of changes that are left out are counted too. */
  readonly permitted: number
  readonly refused: number
  /** The most frequent first; at most so many as were asked for. */
  readonly changes: readonly ImpactChange[]
  /** Changes that are left out. */
  readonly more: number
}

export interface ImpactStudy {
  /** @param recorded null for a record that doesn't say enough */
  add(recorded: RecordedCall | null): void
  result(most: number): PolicyImpact
}

/** What is known of so many different calls is kept; beyond them, each is decided anew. */
const mostKnown = 50_000
const mostChanges = 10_000

/**
 * Decides recorded calls by the document in force and by a proposed one. A call that the document in force doesn't decide as recorded is unclear:
 * bindings or the document have changed since, or the record doesn't say enough.
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
    if (known.size < mostKnown) known.set(key, found)
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
    if (earlier === undefined && changes.size >= mostChanges) {
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
    result(most) {
      const sorted = [...changes.values()].sort(
        (one, other) => other.count - one.count || (one.last < other.last ? 1 : -1),
      )
      const { permits: permitted, refuses: refused } = total
      const more = Math.max(0, sorted.length - most) + lost
      return { calls, unclear, packages, permitted, refused, changes: sorted.slice(0, most), more }
    },
  }
}

/** What a package says of its refusals; see `packages/objection.ts`. */
function isOfPackage({ decision: { rule } }: RecordedCall): boolean {
  return rule.startsWith('package:') || rule === 'package-failed'
}

interface ChangeOfOne {
  readonly effect: 'permits' | 'refuses'
  readonly decision: Decision
}

interface Judges {
  readonly before: Policy
  readonly after: Policy
  readonly callers: Callers
}

function changeOf(recorded: RecordedCall, { before, after, callers }: Judges): ChangeOfOne | 'same' | 'unclear' {
  const replayed = replayable(recorded, callers)
  const asRecorded = replayed && asItWas(replayed, before, recorded.decision.effect)
  if (!asRecorded) return 'unclear'
  const decision = after.decide(asRecorded.principal, asRecorded.call)
  const [was, is] = [recorded.decision.effect === 'allow', decision.effect === 'allow']
  return was === is ? 'same' : { effect: is ? 'permits' : 'refuses', decision }
}

/** The record doesn't say whether a process was the caller's own run, nor which release was the newest: the way that was so is one that comes to the same. */
function asItWas({ principal, call }: ReplayedCall, before: Policy, effect: string): ReplayedCall | null {
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

/** The same for calls that come to the same under any document: alike in all that is decided by, within the same minute, which is as short as a time window can be. */
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
