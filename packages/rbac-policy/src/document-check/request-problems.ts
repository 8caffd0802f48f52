import { inMessage, type Problem } from '@rack-gateway/command-matcher'
import { isGrantable } from '../permissions/grantable-permissions.ts'
import { expandPermission } from '../permissions/permission-patterns.ts'
import type { PolicyDocument, RequestRule, RequestSubject, Role } from '../policy-document/policy-document.ts'
import {
  appPatternProblem,
  isAppPattern,
  isRackPattern,
  isRuleName,
  rackPatternProblem,
  ruleNameProblem,
} from './written-names.ts'

/** The problems of request rules: what a rule names and does not exist, and requests that nobody could decide. */
export function requestProblems({ requests, roles }: PolicyDocument): Problem[] {
  return requests.flatMap((rule) => ruleProblems(rule, roles))
}

type Part = readonly (string | number)[]

/** The problem of a part of a rule. The text follows the name of the rule. */
interface RuleProblem {
  readonly part: Part
  readonly text: string
}

function ruleProblems(rule: RequestRule, roles: readonly Role[]): Problem[] {
  const { id } = rule
  const problems: RuleProblem[] = [
    ...(isRuleName(id) ? [] : [{ part: [], text: ruleNameProblem }]),
    ...roleProblems(rule, roles),
    ...subjectProblems(rule, 'from', roles),
    ...subjectProblems(rule, 'reviewers', roles),
    ...patternProblems(rule, 'racks', (pattern) => (isRackPattern(pattern) ? null : rackPatternProblem)),
    ...patternProblems(rule, 'apps', (pattern) => (isAppPattern(pattern) ? null : appPatternProblem)),
    ...reviewProblems(rule),
    ...reasonProblems(rule),
    ...exceptProblems(rule),
  ]
  return problems.map(({ part, text }) => ({
    at: ['requests', id, ...part],
    text: `the request rule "${inMessage(id)}" ${text}`,
  }))
}

function roleProblems({ role }: RequestRule, roles: readonly Role[]): RuleProblem[] {
  const found = roles.find(({ name }) => name === role)
  const part = ['role']
  if (found === undefined) return [{ part, text: `names the role "${inMessage(role)}", which does not exist` }]
  for (const pattern of found.permissions) {
    const write = expandPermission(pattern).find((permission) => !isGrantable(permission))
    if (write === undefined) continue
    const included = write === pattern ? '' : `, which includes ${write}`
    return [
      {
        part,
        text: `names the role "${inMessage(role)}", which can change the gateway and cannot be requested: it has the permission "${inMessage(pattern)}"${included}`,
      },
    ]
  }
  return []
}

function subjectProblems(rule: RequestRule, list: 'from' | 'reviewers', roles: readonly Role[]): RuleProblem[] {
  return rule[list].flatMap((subject, index) => {
    const problem = subjectProblem(subject, roles)
    return problem === null ? [] : [{ part: [list, index], text: problem }]
  })
}

function subjectProblem({ kind, name }: RequestSubject, roles: readonly Role[]): string | null {
  if (kind === 'role' && !roles.some((role) => role.name === name))
    return `names the role "${inMessage(name)}", which does not exist`
  if (kind === 'user' && !/^[^@\s]+@[^@\s]+$/.test(name))
    return `names the user "${inMessage(name)}", which is not an email address`
  return null
}

function patternProblems(
  rule: RequestRule,
  list: 'racks' | 'apps',
  problemOf: (pattern: string) => string | null,
): RuleProblem[] {
  return rule[list].flatMap((pattern, index) => {
    const problem = problemOf(pattern)
    return problem === null ? [] : [{ part: [list, index], text: `names "${inMessage(pattern)}", ${problem}` }]
  })
}

function reviewProblems({ from, reviewers, reviews }: RequestRule): RuleProblem[] {
  const isAutomatic = reviews === 0
  if (isAutomatic)
    return reviewers.length === 0
      ? []
      : [{ part: ['reviewers'], text: 'has reviewers, and approves automatically: leave out one of both' }]
  if (reviewers.length === 0)
    return [{ part: [], text: 'has no reviewers: name some, or write approve: automatically' }]
  if (reviewers.some(({ kind }) => kind !== 'user')) return []
  const users = new Set(reviewers.map(emailOf))
  if (users.size < reviews)
    return [
      {
        part: ['reviews'],
        text: `needs ${counted(reviews, 'review')}, each by another user, and names ${counted(users.size, 'reviewer')}, so nobody could approve a request`,
      },
    ]
  if (users.size > reviews) return []
  return from.flatMap((subject, index) =>
    subject.kind === 'user' && users.has(emailOf(subject))
      ? [
          {
            part: ['from', index],
            text: `lets ${inMessage(subject.name)} ask, without whom there are too few reviewers: nobody reviews their own request`,
          },
        ]
      : [],
  )
}

/** Letter case does not count. */
function emailOf({ name }: RequestSubject): string {
  return name.toLowerCase()
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function reasonProblems({ reason }: RequestRule): RuleProblem[] {
  if (reason === null || promptPattern.test(reason.prompt)) return []
  return [
    {
      part: ['reason', 'prompt'],
      text: 'needs a prompt of 1 to 60 letters, digits, spaces, and the characters . , : / # ( ) _ -',
    },
  ]
}

/** Denials show the prompt in a command, between quotation marks, so it has no character that a shell interprets. */
const promptPattern = /^[\p{L}\p{N} .,:/#()_-]{1,60}$/u

/** The exceptions of other step-ups are for API tokens and jobs, and only users ask and review. */
function exceptProblems({ stepUp }: RequestRule): RuleProblem[] {
  return stepUp === null || stepUp.except.length === 0
    ? []
    : [
        {
          part: ['stepUp', 'except'],
          text: 'has exceptions from its step-up: only users ask and review, so there are none',
        },
      ]
}
