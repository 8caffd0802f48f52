import { readCases, runCases } from '../cases/index.ts'
import type { PolicyDocument } from '../policy-document/policy-document.ts'
import { groupBy } from './group-by.ts'
import type { Use } from './recorded-uses.ts'
import { counted, isPlainWord, quoted } from './safe-text.ts'
import { keyOf, type Subject } from './subject.ts'
import type { SuggestedBinding, SuggestedRule } from './suggestion.ts'
import { basisOf } from './write-policy.ts'

interface WrittenCase {
  readonly name: string
  readonly comment: string
  readonly who: string
  readonly call: string
  readonly where: string
  readonly effect: 'allow' | 'deny'
}

const maxCases = 400

/** Cases for `policy test`: what was used is allowed, and what nobody needed is denied. */
export function writeCases(
  document: PolicyDocument,
  rules: readonly SuggestedRule[],
  bindings: readonly SuggestedBinding[],
): string {
  const bySubject = groupBy(bindings, ({ subject }) => keyOf(subject))
  const cases = [
    ...rules.flatMap((rule) => ruleCase(rule, bySubject)),
    ...[...bySubject.values()].flatMap(denialCases),
  ].slice(0, maxCases)
  const rulesOf = expectedRules(document, cases)
  const written = cases.flatMap((one, index) => {
    const rule = rulesOf.get(one.name)
    return rule === undefined ? [] : [...(index > 0 ? [''] : []), ...caseLines(one, rule)]
  })
  return [
    '# Cases for "rack-gateway policy test".',
    'version: 1',
    'policy: policy.yaml',
    'cases:',
    ...written,
    '',
  ].join('\n')
}

function ruleCase(
  { id, by, service, uses }: SuggestedRule,
  bindings: ReadonlyMap<string, readonly SuggestedBinding[]>,
): WrittenCase[] {
  // A case cannot set the environment of a run.
  const use = uses.find(({ caller, command }) => caller.kind !== 'api-token' && command?.environment.length === 0)
  const command = use?.command
  if (use === undefined || !command) return []
  const run = by === 'run'
  const route = run ? 'POST /apps/{app}/services/{service}/processes' : 'WS /apps/{app}/processes/{pid}/exec'
  const params = run ? `{ service: ${quoted(service)} }` : '{ pid: some-process }'
  const text = command.argv.map((word) => (/^[\w./:=@%+,-]+$/.test(word) ? word : `'${word}'`)).join(' ')
  const call = `{ route: ${quoted(route)}, params: ${params}, command: ${quoted(text)} }`
  const where = `{ rack: ${quoted(use.rack)}, app: ${quoted(use.app ?? '')}, service: ${quoted(service)}${run ? '' : ', ownRun: false'} }`
  const who = whoOf(use.caller, bindings.get(keyOf(use.caller)) ?? [])
  return [{ name: `rule ${id}`, comment: basisOf(uses), who, call, where, effect: 'allow' }]
}

function denialCases(bindings: readonly SuggestedBinding[]): WrittenCase[] {
  const [first] = bindings
  if (first === undefined || first.subject.kind === 'api-token') return []
  const { subject, rack } = first
  const app = bindings.flatMap(({ apps }) => apps).find((name) => name !== '*') ?? 'any-app'
  const who = whoOf(subject, bindings)
  const where = `{ rack: ${quoted(rack)}, app: ${quoted(app)} }`
  const title = `${subject.kind} ${subject.name}`
  const calls = [
    ['deletes no app', '{ route: "DELETE /apps/{app}" }'],
    [
      'runs no other command',
      '{ route: "POST /apps/{app}/services/{service}/processes", params: { service: command }, command: "an-unlisted-command" }',
    ],
  ] as const
  return calls.map(([what, call]) => ({
    name: `${title} ${what}`,
    comment: 'Nobody needed it.',
    who,
    call,
    where,
    effect: 'deny',
  }))
}

function whoOf({ kind, name }: Subject, bindings: readonly SuggestedBinding[]): string {
  const listed = bindings.flatMap(({ role, rack, apps }) =>
    apps.map((app) => `{ role: ${quoted(role)}, racks: ${quoted(rack)}, apps: ${quoted(app)} }`),
  )
  const shown = isPlainWord(name) ? `name: ${quoted(name)}, ` : ''
  const caller = kind === 'trust' ? `kind: workload, trust: ${quoted(name)}, ` : ''
  return `{ ${shown}${caller}bindings: [${listed.join(', ')}] }`
}

function caseLines({ name, comment, who, call, where, effect }: WrittenCase, rule: string): string[] {
  return [
    `  # ${comment}`,
    `  ${quoted(name)}:`,
    `    who: ${who}`,
    `    call: ${call}`,
    `    where: ${where}`,
    `    expect: { effect: ${effect}, rule: ${quoted(rule)} }`,
  ]
}

/** The rule that decides each case. Cases with another effect, such as the deletion by its holder, are left out. */
function expectedRules(document: PolicyDocument, cases: readonly WrittenCase[]): ReadonlyMap<string, string> {
  if (cases.length === 0) return new Map()
  const text = ['version: 1', 'cases:', ...cases.flatMap((one) => caseLines(one, 'any'))].join('\n')
  const file = readCases(text)
  const problem = (problems: readonly { readonly text: string }[]) =>
    new Error(
      `the suggested cases are not valid: ${counted(problems.length, 'problem')}, such as: ${problems[0]?.text}`,
    )
  if ('problems' in file) throw problem(file.problems)
  const { cases: read, problems } = file.checkAgainst(document)
  if (read === null) throw problem(problems)
  const { evaluations } = runCases(document, read)
  return new Map(
    evaluations.flatMap(({ case: { name, expected }, effect, decisions }) => {
      const rule = decisions[0]?.rule
      return effect === expected.effect && rule !== undefined ? [[name, rule]] : []
    }),
  )
}

export function usesCount(uses: readonly Use[]): number {
  return uses.reduce((sum, use) => sum + use.count, 0)
}
