import { isDeletion } from './binding-kinds.ts'
import { indented, type KeptPolicy, written } from './kept-policy.ts'
import type { RecordedUses, RedactedCommand, Use } from './recorded-uses.ts'
import { beginningOf, byText, counted, isResourceName, quoted, quotedList, sortedUnique } from './safe-text.ts'
import { describeSubjects, type Subject } from './subject.ts'
import type { SuggestedRole, SuggestedRule, Suggestion } from './suggestion.ts'

/** The policy document. Everything from events is in a checked form, or is quoted. */
export function writePolicy(
  suggestion: Suggestion,
  recorded: RecordedUses,
  { kept, runServices, isSecretKey }: WrittenWith,
): string {
  const { roles, rules } = suggestion
  const used = rules.filter(({ by }) => by === 'run').map(({ service }) => service)
  const services = sortedUnique([...used, ...(kept.rules.length > 0 ? runServices : [])])
  const anyCommand = ['any-command', 'any-command-1', 'any-command-2'].find(
    (id) => !kept.rules.some(([ofKept]) => ofKept === id),
  )
  return [
    '# Suggested by "rack-gateway policy suggest". Read every line before it applies.',
    `# It rests on ${counted(recorded.calls, 'recorded call')}.`,
    'version: 1',
    '',
    ...(roles.length + kept.roles.length === 0 ? [] : ['roles:']),
    ...roles.flatMap(roleLines),
    ...kept.roles.flatMap(([name, role]) => [
      `  # In force: kept as it is. ${usedBy(recorded.uses, ({ sample }) => sample.recorded.principal.roles?.includes(name) ?? false)}`,
      ...indented(written({ [name]: role }), 2),
      '',
    ]),
    'commands:',
    '  # Without the built-in command rules, which are for another pipeline.',
    '  extend: none',
    ...(services.length === 0
      ? []
      : [
          '  # Services in which somebody ran a command, or that kept rules need. Remove those that serve requests.',
          `  services: ${quotedList(services)}`,
        ]),
    '  rules:',
    ...rules.toSorted((one, other) => byText(one.id, other.id)).flatMap(ruleLines),
    '    # Administrators can run any command.',
    `    ${anyCommand}:`,
    '      run: "…"',
    '      services: ["*"]',
    '      roles: ["admin"]',
    ...kept.rules.flatMap(([id, rule]) => [
      `    # In force: kept as it is. ${usedBy(recorded.uses, ({ sample }) => sample.recorded.decision.rule === `command:${id}`)}`,
      ...indented(written({ [id]: rule }), 4),
    ]),
    ...kept.open.map(
      (id) =>
        `    # Not kept: the rule ${quoted(id)} in force, because it allows any command. The rules above replace it.`,
    ),
    ...(kept.sections === '' ? [] : ['', '# In force: kept as it is, without its comments.', kept.sections]),
    ...redactedLines(recorded.redacted),
    ...stepUpLines(recorded.uses, { isSecretKey, hasStepUp: kept.hasStepUp }),
    '',
  ].join('\n')
}

interface WrittenWith {
  readonly kept: KeptPolicy
  /** The services of the document in force that accept `run`. */
  readonly runServices: readonly string[]
  readonly isSecretKey: (key: string) => boolean
}

function usedBy(uses: readonly Use[], isUse: (use: Use) => boolean): string {
  const used = uses.filter(isUse)
  return used.length === 0
    ? 'No recorded call used it, so remove it if nobody needs it.'
    : `Its holders made ${basisOf(used)}.`
}

function roleLines({ name, kind, permissions, holders, uses }: SuggestedRole): string[] {
  const what =
    kind === 'commands' ? 'Runs the commands of its rules.' : 'Permissions that no fitting built-in role has.'
  return [
    `  # ${basisOf(uses, holders)}`,
    `  ${name}:`,
    `    description: ${quoted(what)}`,
    `    permissions: ${quotedList(permissions)}`,
    '',
  ]
}

function ruleLines({ id, run, service, by, environment, racks, apps, role, uses }: SuggestedRule): string[] {
  return [
    `    # ${basisOf(uses)}`,
    ...(uses.some(({ command }) => shells.test(command?.argv[0] ?? ''))
      ? ['    # It starts a shell. Put the steps into a script of the app instead.']
      : []),
    ...(uses.some(({ command }) => environmentPrinters.test(command?.argv[0] ?? ''))
      ? ['    # It prints the environment, with its secrets. Is it needed?']
      : []),
    `    ${id}:`,
    `      run: ${quoted(run)}`,
    `      services: ${quotedList([service])}`,
    `      modes: ${by === 'run' ? '[attached, detached]' : '[exec]'}`,
    ...(environment.length > 0 ? [`      environment: ${quotedList(environment)}`] : []),
    `      racks: ${quotedList(racks)}`,
    `      apps: ${quotedList(apps)}`,
    `      roles: ${quotedList([role, 'admin'])}`,
  ]
}

const environmentPrinters = /^(?:\/bin\/|\/usr\/bin\/)?(?:printenv|env|set|export)$/
const shells = /^(?:\/bin\/|\/usr\/bin\/)?(?:ba|da|z|a)?sh$/

/** Such as `12 calls, last on 2026-12-01, by 2 users: ada@example.com, bob@example.com`. */
export function basisOf(uses: readonly Use[], subjects?: readonly Subject[]): string {
  const count = uses.reduce((sum, use) => sum + use.count, 0)
  const last = uses
    .map((use) => use.last)
    .sort()
    .at(-1)
    ?.slice(0, 'yyyy-mm-dd'.length)
  const callers = subjects ?? [...new Map(uses.map(({ caller }) => [`${caller.kind} ${caller.id}`, caller])).values()]
  return `${counted(count, 'call')}${last === undefined || !/^[0-9-]+$/.test(last) ? '' : `, last on ${last}`}, by ${describeSubjects(callers)}`
}

const maxRedacted = 50

function redactedLines(redacted: readonly RedactedCommand[]): string[] {
  if (redacted.length === 0) return []
  const lines = redacted.map(
    ({ argv, rack, app, caller, count }) =>
      `#   ${beginningOf(argv)}  (${counted(count, 'call')} on ${rack}, ${app}, by ${describeSubjects([caller])})`,
  )
  const more = lines.length - maxRedacted
  return [
    '',
    '# These commands contained a secret, so no rule was written. Pass the secret in the environment of the app instead:',
    ...lines.sort(byText).slice(0, maxRedacted),
    ...(more > 0 ? [`#   and ${more} more`] : []),
  ]
}

interface RareCalls {
  readonly id: string
  readonly what: string
  readonly isRare: (use: Use) => boolean
}

function stepUpLines(
  uses: readonly Use[],
  { isSecretKey, hasStepUp }: { readonly isSecretKey: (key: string) => boolean; readonly hasStepUp: boolean },
): string[] {
  const kinds: readonly RareCalls[] = [
    {
      id: 'deletions',
      what: 'Deletions',
      isRare: ({ required }) => required.some(isDeletion),
    },
    {
      id: 'production-promotes',
      what: 'Promotions in production',
      isRare: ({ required, rack }) => required.includes('release:promote') && rack.includes('prod'),
    },
    {
      id: 'secret-environment',
      what: 'Changes of secret environment variables',
      isRare: ({ required, sample }) =>
        required.includes('env:write') && (sample.call.environment?.changed ?? []).some(isSecretKey),
    },
    {
      id: 'exec',
      what: 'Commands in running processes',
      isRare: ({ required }) => required.some((one) => one === 'process:exec' || one === 'process:exec-any'),
    },
  ]
  const found = kinds.flatMap((kind) => {
    const rare = uses.filter(kind.isRare)
    return rare.length === 0 ? [] : stepUpRule(kind, rare)
  })
  if (found.length === 0) return []
  return [
    '',
    ...(hasStepUp
      ? [
          '# Rare or dangerous calls were made. To ask for a second factor before them, add these lines to stepUp.rules:',
        ]
      : [
          '# Rare or dangerous calls were made. To ask for a second factor before them, remove the "#" of these lines:',
          '# stepUp:',
          '#   rules:',
        ]),
    ...found,
  ]
}

const stepUpPermissions: Readonly<Record<string, readonly string[]>> = {
  'production-promotes': ['release:promote'],
  'secret-environment': ['env:write'],
  exec: ['process:exec', 'process:exec-any'],
}

/** Pipelines cannot prove a second factor, so they are exceptions. */
function stepUpRule({ id, what }: RareCalls, rare: readonly Use[]): string[] {
  const used = sortedUnique(rare.flatMap(({ required }) => required))
  const permissions = stepUpPermissions[id] ?? used.filter(isDeletion)
  const racks = sortedUnique(rare.map(({ rack }) => rack)).filter(isResourceName)
  const except = sortedUnique(
    rare.flatMap(({ holder: { kind, name, id: uuid } }) =>
      (kind === 'trust' || kind === 'service-account') && name !== uuid ? `${kind}:${name}` : [],
    ),
  )
  const requirement = except.length === 0 ? '{ recent: 10m }' : `{ recent: 10m, except: ${quotedList(except)} }`
  return [
    `#     # ${what}: ${basisOf(rare)}`,
    `#     ${id}:`,
    `#       permissions: ${quotedList(permissions)}`,
    `#       racks: ${quotedList(racks)}`,
    `#       require: ${requirement}`,
  ]
}
