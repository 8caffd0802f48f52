import { inMessage } from '@rack-gateway/command-matcher'
import { durationProblem, readDuration, readTime } from '@rack-gateway/time'
import { type Static, Type } from 'typebox'
import type { StepUpLevel } from '../model/types.ts'
import type { StepUpCallRule, StepUpRule, StepUpTerms } from '../policy-document/policy-document.ts'
import { closed, narrowingList, type ReadContext } from './lists.ts'

const forms =
  'none, always, {recent: 10m}, {always: passkey}, or {always: any}; the forms in braces can also have except: [names]'

const times = 'a day (in UTC) or a time with its offset, such as 2027-01-31 or 2027-01-31T12:00:00Z'

/** A requirement. It can have several forms, so this schema accepts any value, and `readStepUp` checks it. */
export const WrittenStepUp = Type.Unknown({ description: forms })

const WrittenStepUpRule = Type.Object(
  {
    require: WrittenStepUp,
    permissions: narrowingList('permissions, such as [release:promote, "app:*"]'),
    racks: narrowingList('rack patterns, such as [production*]'),
    apps: narrowingList('app patterns'),
  },
  { ...closed, description: 'a step-up rule: require, and permissions, racks, or apps' },
)

/** The section `stepUp` of a policy document. */
export const WrittenStepUpTerms = Type.Object(
  {
    rules: Type.Optional(
      Type.Record(Type.String(), WrittenStepUpRule, { description: 'a mapping of IDs to step-up rules' }),
    ),
    management: Type.Optional(WrittenStepUp),
    enrollBy: Type.Optional(Type.String({ description: times })),
  },
  { ...closed, description: 'rules, management, and enrollBy' },
)
export type WrittenStepUpTerms = Static<typeof WrittenStepUpTerms>

/** Reads the section. The section of a document replaces the whole built-in section. */
export function stepUpTerms(written: WrittenStepUpTerms, context: ReadContext): StepUpTerms {
  const { rules = {}, management, enrollBy } = written
  const at = (part: string) => ['stepUp', part]
  return {
    rules: Object.entries(rules).map(([id, rule]) => callRuleOf(id, rule, context)),
    management: management === undefined ? null : readStepUp(management, at('management'), context),
    enrollBy: enrollBy === undefined ? null : timeOf(enrollBy, at('enrollBy'), context),
  }
}

function callRuleOf(
  id: string,
  { require: requirement, ...lists }: Static<typeof WrittenStepUpRule>,
  context: ReadContext,
): StepUpCallRule {
  const at = ['stepUp', 'rules', id]
  return { id, ...lists, ...readStepUp(requirement, [...at, 'require'], context), source: context.lineOf(at) }
}

function timeOf(text: string, at: readonly string[], { problems }: ReadContext): number | null {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? readTime(text, 'typed') : readTime(text, 'offset')
  if (time === null) problems.push({ at, text: `${at.join('.')} should be ${times}` })
  return time
}

/** Reads a requirement, and adds its problems to `context.problems`. */
export function readStepUp(value: unknown, at: readonly (string | number)[], context: ReadContext): StepUpRule {
  const { lineOf, problems } = context
  const where = at.map((part) => inMessage(String(part))).join('.')
  const source = lineOf(at)
  const problem = (text: string, part: readonly (string | number)[] = []) =>
    void problems.push({ at: [...at, ...part], text: `${where} ${text}` })

  if (value === 'none') return { level: null, except: [], source }
  if (value === 'always') return { level: alwaysPasskey, except: [], source }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problem(`should be ${forms}`)
    return { level: null, except: [], source }
  }
  const { recent, always, except, ...unknown } = value as Readonly<Record<string, unknown>>
  for (const name of Object.keys(unknown))
    problem(`has an unknown field ${inMessage(name)}; it should be ${forms}`, [name])
  if ((recent === undefined) === (always === undefined)) {
    problem('should have either recent or always')
    return { level: null, except: [], source }
  }
  const level = recent === undefined ? alwaysLevel(always) : recentLevel(recent)
  if (typeof level === 'string') problem(level, [recent === undefined ? 'always' : 'recent'])
  return { level: typeof level === 'string' ? null : level, except: exceptOf(except, problem), source }
}

const alwaysPasskey: StepUpLevel = { kind: 'always', methods: 'passkey' }
const recentProblem = durationProblem('1m', '24h')

/** Returns the level, or the problem of the written level as a clause. */
function recentLevel(written: unknown): StepUpLevel | string {
  const text = typeof written === 'string' ? written : String(written)
  const problem = recentProblem(text)
  return problem === null
    ? { kind: 'recent', within: readDuration(text) ?? 0 }
    : `has an invalid "recent": write a duration from 1m to 24h, such as 10m; "${inMessage(text)}" ${problem}`
}

function alwaysLevel(written: unknown): StepUpLevel | string {
  return written === 'passkey' || written === 'any'
    ? { kind: 'always', methods: written }
    : 'has an invalid "always": write passkey or any'
}

function exceptOf(written: unknown, problem: (text: string, part: readonly (string | number)[]) => void): string[] {
  if (written === undefined) return []
  if (!Array.isArray(written) || written.length === 0) {
    problem('has an invalid "except": write a list of names', ['except'])
    return []
  }
  return written.map((name, index) => {
    if (typeof name === 'string') return name
    problem('should have only names in except', ['except', index])
    return ''
  })
}
