import { createHash } from 'node:crypto'
import type { Principal } from '../model/types.ts'
import { compilePolicy, type Policy } from '../policy/policy.ts'
import type { PolicyDocument } from '../policy-document/policy-document.ts'
import { type CurrentAccess, noAccess } from './current-access.ts'
import { type CurrentPrincipals, createCurrentPrincipals } from './current-principals.ts'
import { type Callers, createCallers, type RecordedCall, type RecordedDenial, toReplayedCall } from './recorded-call.ts'

/** Equal recorded calls that the policy would deny, or would ask a proof for, once it is enforced. */
export interface WouldBeRow {
  readonly effect: 'deny' | 'require'
  readonly principal: { readonly kind: string; readonly id: string; readonly name: string }
  readonly rack: string
  readonly app: string | null
  readonly route: string
  /** The command, as recorded. */
  readonly command: string | null
  readonly rule: string
  readonly reason: string
  /** Calls that the CLI stopped before they were sent. `count` includes them. */
  readonly stopped: number
  readonly count: number
  /** The time of the latest of these calls, RFC 3339, and the ID of its event. */
  readonly last: string
  readonly event: string | null
}

export interface WouldBe {
  /** The number of recorded calls. */
  readonly calls: number
  /** Calls whose command was hidden from the log, so they are not decided again. `rows` has them as recorded. */
  readonly hidden: number
  /** Calls that observe mode allowed, and that the policy in force now allows. */
  readonly resolved: number
  /** Events that lack information. */
  readonly unclear: number
  readonly rows: readonly WouldBeRow[]
  /** Rows that were left out. After 10,000 different rows, or 500 of one account, each further call counts as one row. */
  readonly more: number
}

export interface WouldBeStudy {
  /** @param recorded null for an event that lacks information */
  add(recorded: RecordedCall | null): void
  result(maxRows: number): WouldBe
}

const maxKept = 10_000
/** Rows of one user or service account with all its tokens, so that one account cannot hide the calls of other accounts. */
const maxRowsPerAccount = 500
/** Characters of a command or reason. */
const maxText = 500

/** Decides the calls that observe mode allowed again, by the policy and the bindings in force. */
export function studyWouldBe(current: PolicyDocument, access: CurrentAccess = noAccess): WouldBeStudy {
  const replay = {
    policy: compilePolicy(current),
    callers: createCallers(),
    currentPrincipals: createCurrentPrincipals(access),
  }
  const rows = new Map<string, WouldBeRow>()
  const rowsOf = new Map<string, number>()
  let calls = 0
  let hidden = 0
  let resolved = 0
  let unclear = 0
  let omitted = 0

  function add(recorded: RecordedCall | null): void {
    calls += 1
    if (recorded === null) {
      unclear += 1
      return
    }
    const denial = recordedDenial(recorded)
    if (denial === null) return
    const isHidden = recorded.hidden?.includes('command') ?? false
    if (isHidden) hidden += 1
    else if (isNowAllowed(recorded, denial, replay)) {
      resolved += 1
      return
    }
    addRow(recorded, denial)
  }

  function addRow(recorded: RecordedCall, denial: RecordedDenial): void {
    const { principal, rack, app = null, route, command, at, id = null, sent } = recorded
    const effect = denial.effect === 'require' ? 'require' : 'deny'
    const words = command?.join(' ') ?? null
    const key = createHash('sha256')
      .update(JSON.stringify([effect, principal.id, rack, app, route, words, denial.rule]))
      .digest('base64')
    const earlier = rows.get(key)
    if (earlier === undefined) {
      const account = principal.owner?.id ?? principal.trust?.id ?? principal.id
      const own = rowsOf.get(account) ?? 0
      if (rows.size >= maxKept || own >= maxRowsPerAccount) {
        omitted += 1
        return
      }
      rowsOf.set(account, own + 1)
    }
    const isLatest = earlier === undefined || at >= earlier.last
    rows.set(key, {
      effect,
      principal: { kind: principal.kind, id: principal.id, name: principal.name },
      rack,
      app,
      route,
      command: words && shorten(words),
      rule: denial.rule,
      reason: shorten(denial.reason ?? ''),
      stopped: (earlier?.stopped ?? 0) + (sent === false ? 1 : 0),
      count: (earlier?.count ?? 0) + 1,
      last: isLatest ? at : earlier.last,
      event: isLatest ? id : earlier.event,
    })
  }

  return {
    add,
    result(maxRows) {
      const sorted = [...rows.values()].sort(
        (one, other) => other.count - one.count || (one.last < other.last ? 1 : -1),
      )
      const more = Math.max(0, sorted.length - maxRows) + omitted
      return { calls, hidden, resolved, unclear, rows: sorted.slice(0, maxRows), more }
    },
  }
}

/** What observe mode allowed, and what the pre-check of the CLI stopped. */
function recordedDenial({ sent, decision }: RecordedCall): RecordedDenial | null {
  return decision.wouldBe ?? (sent === false ? decision : null)
}

interface ReplayContext {
  readonly policy: Policy
  readonly callers: Callers
  readonly currentPrincipals: CurrentPrincipals
}

/**
 * Events do not say whether a process was the caller's own run. A call that lacked only a command rule had every
 * permission, so both are tried for it. Any other call counts as a call on a foreign process.
 *
 * A caller whose bindings are unknown, such as one that was deleted, counts with the roles of the event. Events do not
 * have the roles of a token's owner, so such a token whose owner lacked a permission stays in the list.
 */
function isNowAllowed(recorded: RecordedCall, denial: RecordedDenial, context: ReplayContext): boolean {
  const { policy, callers, currentPrincipals } = context
  const replayed = toReplayedCall(recorded, callers)
  if (replayed === null) return false
  const { call } = replayed
  const now: Principal | null = currentPrincipals.find(replayed.principal)
  if (now === null && replayed.principal.kind === 'api-token' && rulesOfMissingPermission.has(denial.rule)) return false
  const principal = now ?? replayed.principal
  const mayBeOwn = denial.rule.startsWith('command:')
  const processes =
    call.process === null || !mayBeOwn ? [call.process] : [call.process, { ...call.process, own: !call.process.own }]
  return processes.some((process) => policy.decide(principal, { ...call, process }).effect === 'allow')
}

const rulesOfMissingPermission: ReadonlySet<string> = new Set(['no-permission', 'no-binding'])

function shorten(text: string): string {
  return text.length > maxText ? `${Buffer.from(text.slice(0, maxText), 'utf16le').toString('utf16le')}…` : text
}
