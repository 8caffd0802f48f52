import { inMessage } from '@rack-gateway/command-matcher'
import { createSecretKeyMatcher } from '../decision/secret-key-matcher.ts'
import { readPolicy } from '../document/document.ts'
import { expandWithImplied } from '../permissions/permission-patterns.ts'
import type { PolicyDocument } from '../policy-document/policy-document.ts'
import { type CurrentAccess, noAccess, toBinding } from '../simulation/current-access.ts'
import type { RecordedCall } from '../simulation/recorded-call.ts'
import { bindingKinds, keptBindings } from './binding-kinds.ts'
import { groupBy } from './group-by.ts'
import { type KeptPolicy, keptPolicy } from './kept-policy.ts'
import { collectUses, type LeftOutCause, type RecordedUses } from './recorded-uses.ts'
import { type HeldBindings, isDenied, type ReplayedUse, replayUses } from './replay-uses.ts'
import { byText, counted, sortedUnique } from './safe-text.ts'
import { describeSubjects, keyOf } from './subject.ts'
import { isSuggestable, suggestRoles } from './suggested-roles.ts'
import type { Suggestion } from './suggestion.ts'
import { writeBindings } from './write-bindings.ts'
import { usesCount, writeCases } from './write-cases.ts'
import { writePolicy } from './write-policy.ts'

export interface PolicySuggestion {
  /** A policy document. */
  readonly policy: string
  /** A shell script. */
  readonly bindings: string
  /** Cases for `policy test`. */
  readonly cases: string
  /** Whole lines of printable text. */
  readonly summary: readonly string[]
  /** The number of recorded calls. */
  readonly calls: number
  /** Allowed calls that the suggestion would deny. */
  readonly denied: number
}

export interface SuggestionStudy {
  /** @param recorded null for an event that lacks information */
  add(recorded: RecordedCall | null): void
  result(): PolicySuggestion
}

/** The limits of rules of one account, tried in this order until the added parts are short enough. */
const ruleLimits = [100, 50, 20, 5, 0]
/** Characters beside the kept parts. */
const maxAddedLength = 200_000

export interface SuggestionContext {
  /** The YAML of the document in force; null for the built-in policy. */
  readonly text?: string | null
  readonly access?: CurrentAccess
  /** The only rack whose calls are added; null: all racks. */
  readonly rack?: string | null
}

/** Suggests a policy document and bindings that allow what was recorded, and little else. */
export function studySuggestion(
  current: PolicyDocument,
  { text: currentText = null, access = noAccess, rack = null }: SuggestionContext = {},
): SuggestionStudy {
  const isSecretKey = createSecretKeyMatcher(current.secretKeys)
  const collector = collectUses(isSecretKey)
  return {
    add: collector.add,
    result() {
      const recorded = sorted(collector.result())
      const kept = keptPolicy(current, currentText)
      const kinds = bindingKinds(current)
      const keptOf = keptBindings(access, kinds)
      const held = new Map([...keptOf].map(([key, own]) => [key, own.map(toBinding)]))
      const { suggestion, text } = shortEnough(recorded, held, { kept, runServices: current.runServices, isSecretKey })
      const { document, problems } = readPolicy(text, 'policy.yaml')
      if (document === null) throw new Error(`the suggested document is not valid: ${problems[0]?.text}`)
      const replayed = replayUses(recorded.uses, document, { suggested: suggestion.bindings, kept: held })
      const denied = replayed.filter(({ decision }) => isDenied(decision))
      return {
        policy: text,
        bindings: writeBindings(suggestion.bindings, { access, kinds, kept: keptOf, rack }),
        cases: writeCases(document, suggestion.rules, suggestion.bindings),
        summary: [
          ...basisLines(recorded),
          ...deniedLines(denied, suggestion),
          ...beyondLines(suggestion, document),
          ...keptLines(kept),
        ],
        calls: recorded.calls,
        denied: usesCount(denied.map(({ use }) => use)),
      }
    },
  }
}

/** Events come in any order, and the same events give the same suggestion. */
function sorted(recorded: RecordedUses): RecordedUses {
  const keyed = recorded.uses.map((use) => {
    const { caller, rack, app, command, required, sample } = use
    const { roles } = sample.recorded.principal
    return { use, key: JSON.stringify([keyOf(caller), rack, app, sample.call.route.id, required, command, roles]) }
  })
  return { ...recorded, uses: keyed.sort((one, other) => byText(one.key, other.key)).map(({ use }) => use) }
}

const nothing: Suggestion = { roles: [], rules: [], bindings: [], unwritten: [] }

/** Calls that the kept bindings and the kept parts of the policy allow need nothing new. */
function shortEnough(recorded: RecordedUses, held: HeldBindings, parts: Parameters<typeof writePolicy>[2]) {
  const keptText = writePolicy(nothing, recorded, parts)
  const { document: base } = readPolicy(keptText, 'policy.yaml')
  if (base === null) throw new Error('the kept parts of the policy are not valid')
  const uses = replayUses(recorded.uses, base, { suggested: [], kept: held }).flatMap(({ use, decision }) =>
    isDenied(decision) ? use : [],
  )
  const customRoles = parts.kept.roles.map(([name]) => name)
  const keptRules = parts.kept.rules.map(([id]) => id)
  for (const maxRules of ruleLimits) {
    const suggestion = suggestRoles(uses, { base, customRoles, keptRules, maxRules })
    const forbidden = suggestion.roles.flatMap(({ permissions }) => permissions.filter((one) => !isSuggestable(one)))
    if (forbidden.length > 0) throw new Error('a suggested role has a permission that must not be suggested')
    const text = writePolicy(suggestion, recorded, parts)
    if (text.length - keptText.length <= maxAddedLength) return { suggestion, text }
  }
  throw new Error('the suggested document is too long')
}

const causes: Readonly<Record<LeftOutCause, string>> = {
  denied: 'were denied, or needed a proof first',
  grant: 'were allowed by the grant of an access request, which ends by itself',
  unclear: 'lack information',
  'not-found': 'named something that does not exist',
  'unknown-app': 'are on an app on which no call succeeded',
  'unnamed-caller': 'are of callers for whom no binding can be created',
  'redacted-command': 'contained a secret in the command; write a rule without the secret, if the command is needed',
  'too-many': 'are of accounts with too many different calls',
}

function basisLines({ calls, first, last, leftOut, secretReads }: RecordedUses): string[] {
  const period = first === null || last === null ? '' : ` from ${inMessage(first)} to ${inMessage(last)}`
  const left = Object.entries(causes).flatMap(([cause, text]) => {
    const count = leftOut.get(cause as LeftOutCause) ?? 0
    return count === 0 ? [] : `  left out: ${counted(count, 'call')} that ${text}`
  })
  const secrets =
    secretReads === 0
      ? []
      : [`  ${counted(secretReads, 'read')} revealed secret values; no suggested role can read them`]
  return [`${counted(calls, 'recorded call')}${period}`, ...left, ...secrets]
}

const maxListed = 20

function deniedLines(denied: readonly ReplayedUse[], { unwritten }: Suggestion): string[] {
  const total = usesCount(denied.map(({ use }) => use))
  const groups = groupBy(denied, ({ use, decision }) =>
    JSON.stringify([use.rack, use.app, use.sample.call.route.id, decision.rule]),
  )
  const lines = [...groups.values()].map((own) => {
    const [first] = own
    if (first === undefined) return ''
    const { use, decision } = first
    const callers = own.map((one) => one.use.caller)
    const unique = [...new Map(callers.map((one) => [keyOf(one), one])).values()]
    return `  ${counted(usesCount(own.map((one) => one.use)), 'call')}: ${use.sample.call.route.id} on ${use.rack}${use.app === null ? '' : `, ${use.app}`}, by ${describeSubjects(unique)} (rule ${decision.rule})`
  })
  const by = (cause: string) => usesCount(unwritten.filter((one) => one.cause === cause).map(({ use }) => use))
  const reasons = [
    { count: by('secret'), text: 'with what may be a secret' },
    { count: by('form'), text: 'with characters or a length that a rule cannot have' },
    { count: by('too-many'), text: 'of accounts with too many different commands' },
  ].filter(({ count }) => count > 0)
  return [
    total === 0 ? 'would be denied: no call' : `would be denied: ${counted(total, 'call')}`,
    ...lines.sort(byText).slice(0, maxListed),
    ...(lines.length > maxListed ? [`  and ${lines.length - maxListed} more kinds of calls`] : []),
    ...reasons.map(({ count, text }) => `  no rule was written for ${counted(count, 'command')} ${text}`),
  ]
}

/** What the chosen roles allow beyond what their holders used. */
function beyondLines({ bindings, roles: own }: Suggestion, { roles }: PolicyDocument): string[] {
  // A role for commands allows nothing but the commands of its rules.
  const forCommands = new Set(own.flatMap(({ kind, name }) => (kind === 'commands' ? [name] : [])))
  const fixed = bindings.filter(({ role }) => !forCommands.has(role))
  const byRole = [...groupBy(fixed, ({ role }) => role)].sort(([one], [other]) => byText(one, other))
  const lines = byRole.flatMap(([name, held]) => {
    const role = roles.find((one) => one.name === name)
    if (role === undefined) return []
    const used = expandWithImplied(held.flatMap(({ uses }) => uses.flatMap(({ required }) => required)))
    const unused = sortedUnique(role.permissions).filter((one) => !one.startsWith('gateway:') && !used.has(one))
    const holders = [...new Map(held.map(({ subject }) => [keyOf(subject), subject])).values()]
    return unused.length === 0 ? [] : `  ${name} (${counted(holders.length, 'holder')}): ${unused.join(', ')}`
  })
  return lines.length === 0
    ? ['the suggested roles allow nothing beyond what was used']
    : ['allowed beyond what any holder used:', ...lines]
}

function keptLines({ roles, rules, open }: KeptPolicy): string[] {
  return [
    ...(roles.length + rules.length === 0
      ? []
      : [
          `kept from the policy in force: ${counted(roles.length, 'role')} and ${counted(rules.length, 'command rule')}`,
        ]),
    ...open.map((id) => `not kept, because it allows any command: the command rule ${inMessage(id)}`),
  ]
}
