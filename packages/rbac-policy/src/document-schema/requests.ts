import { inMessage } from '@rack-gateway/command-matcher'
import { durationProblem, readDuration } from '@rack-gateway/time'
import { type Static, Type } from 'typebox'
import type { RequestRule, RequestSubject } from '../policy-document/policy-document.ts'
import { closed, listOf, narrowingList, type ReadContext } from './lists.ts'
import { readStepUp, WrittenStepUp } from './step-up.ts'

const subjects = 'users, such as [group:leads, role:admin, "user:ann@example.com"]'

const WrittenReason = Type.Object(
  {
    prompt: Type.String({ description: 'the name of what to give as the reason, such as Ticket' }),
    pattern: Type.Optional(
      Type.String({ description: 'a regular expression in the syntax of RE2, for the whole reason' }),
    ),
  },
  { ...closed, description: 'prompt, and optionally pattern' },
)

const WrittenRequestRule = Type.Object(
  {
    from: listOf(subjects, { minItems: 1 }),
    role: Type.String({ description: 'the name of a role' }),
    racks: narrowingList('rack patterns, such as [production*]'),
    apps: narrowingList('app patterns'),
    longest: Type.String({ description: 'a duration from 1m to 7d, such as 4h' }),
    answerWithin: Type.Optional(Type.String({ description: 'a duration from 1m to 7d, such as 1h' })),
    workStarts: Type.Optional(Type.Enum(['approval', 'firstUse'], { description: 'approval or firstUse' })),
    reason: Type.Optional(WrittenReason),
    approve: Type.Optional(Type.Literal('automatically', { description: 'automatically' })),
    reviewers: Type.Optional(listOf(subjects, { minItems: 1 })),
    reviews: Type.Optional(Type.Integer({ minimum: 1, maximum: 10, description: 'a number from 1 to 10' })),
    stepUp: Type.Optional(WrittenStepUp),
  },
  {
    ...closed,
    description:
      'a request rule: from, role, longest, and reviewers or approve, and optionally racks, apps, answerWithin, workStarts, reason, reviews, and stepUp',
  },
)

/** The section `requests` of a policy document. */
export const WrittenRequests = Type.Record(Type.String(), WrittenRequestRule, {
  description: 'a mapping of IDs to request rules',
})
export type WrittenRequests = Static<typeof WrittenRequests>

const lifetimeProblem = durationProblem('1m', '7d')
const hour = 3_600_000

/** Reads the section. Its problems are those of single values: `requestProblems` checks the rules as a whole. */
export function requestRules(written: WrittenRequests, context: ReadContext): RequestRule[] {
  return Object.entries(written).map(([id, rule]) => requestRule(id, rule, context))
}

function requestRule(id: string, written: WrittenRequests[string], context: ReadContext): RequestRule {
  const at = ['requests', id]
  const { racks = ['*'], apps = ['*'], answerWithin, reason, approve, stepUp, reviewers = [] } = written
  const isAutomatic = approve === 'automatically'
  if (isAutomatic && written.reviews !== undefined)
    context.problems.push({
      at: [...at, 'reviews'],
      text: `the request rule "${inMessage(id)}" has reviews, and approves automatically: leave out one of both`,
    })
  return {
    id,
    from: subjectsOf(written.from, [...at, 'from'], context),
    role: written.role,
    racks,
    apps,
    longest: lifetimeOf(written.longest, [...at, 'longest'], context),
    answerWithin: answerWithin === undefined ? hour : lifetimeOf(answerWithin, [...at, 'answerWithin'], context),
    workStarts: written.workStarts ?? 'approval',
    reason: reason === undefined ? null : { prompt: reason.prompt, pattern: reason.pattern ?? null },
    reviewers: subjectsOf(reviewers, [...at, 'reviewers'], context),
    reviews: isAutomatic ? 0 : (written.reviews ?? 1),
    stepUp: stepUp === undefined ? null : readStepUp(stepUp, [...at, 'stepUp'], context),
    source: context.lineOf(at),
  }
}

function lifetimeOf(text: string, at: readonly string[], { problems }: ReadContext): number {
  const problem = lifetimeProblem(text)
  if (problem !== null) problems.push({ at: [...at], text: `${at.map(inMessage).join('.')} ${problem}` })
  return readDuration(text) ?? 0
}

function subjectsOf(texts: readonly string[], at: readonly string[], { problems }: ReadContext): RequestSubject[] {
  return texts.flatMap((text, index) => {
    const [, kind, name = ''] = /^(group|role|user):(.+)$/s.exec(text) ?? []
    if (kind === 'group' || kind === 'role' || kind === 'user') return [{ kind, name }]
    problems.push({
      at: [...at, index],
      text: `${at.map(inMessage).join('.')} has "${inMessage(text)}"; write group:NAME, role:NAME, or user:EMAIL`,
    })
    return []
  })
}
