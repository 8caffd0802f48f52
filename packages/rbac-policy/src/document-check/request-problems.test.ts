import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { builtInPolicy, documentWarnings, readPolicy } from '../document/document.ts'
import { permissionDescriptions } from '../permissions/permissions.ts'
import { requestProblems } from './request-problems.ts'

const base = 'from: [group:engineering], role: deployer, longest: 4h'

function problemsOf(rule: string, id = 'deploy') {
  return readPolicy(`version: 1\nrequests:\n  ${id}: { ${rule} }\n`, 'policy.yaml').problems
}

function warningsOf(rule: string) {
  const { document, problems } = readPolicy(`version: 1\nrequests:\n  deploy: { ${rule} }\n`, 'policy.yaml')
  if (document === null) throw new Error(JSON.stringify(problems))
  return documentWarnings(document)
}

describe('a request rule is valid', () => {
  test.each([
    `${base}, reviewers: [group:leads]`,
    `${base}, reviewers: [group:leads, role:admin], reviews: 3`,
    `${base}, reviewers: ["user:ann@example.com", "user:ben@example.com"], reviews: 2`,
    `${base}, approve: automatically, stepUp: { recent: 10m }`,
    `${base}, racks: ["prod*"], apps: [Web_1.x], approve: automatically, stepUp: always`,
    `${base}, reviewers: [role:ops], reason: { prompt: "Ticket (OPS-1)", pattern: "^[A-Z]+-\\\\d+( .*)?$" }`,
    'from: ["user:ann@example.com"], role: viewer, longest: 4h, reviewers: ["user:ann@example.com", "user:ben@example.com"]',
  ])('%s', (rule) => {
    expect(problemsOf(rule)).toEqual([])
  })
})

test('the documented rules are valid, without warnings', () => {
  const page = new URL('../../../../docs/reference/policy-document.md', import.meta.url)
  const [, example = ''] = /```yaml\n(requests:\n.*?)```/s.exec(readFileSync(page, 'utf8')) ?? []
  const { document, problems } = readPolicy(`version: 1\n${example}`, 'policy.yaml')
  expect(problems).toEqual([])
  expect(document && documentWarnings(document)).toEqual([])
  expect(document?.requests.map(({ id }) => id)).toEqual(['production-deploy', 'staging-deploy'])
})

describe('a problem of a request rule has a position, and says what is wrong', () => {
  const reviewed = 'reviewers: [group:leads]'
  test.each<[string, string, string, RegExp]>([
    [
      'an unknown role',
      `from: [group:a], role: deployr, longest: 4h, ${reviewed}`,
      'role',
      /the role "deployr", which does not exist/,
    ],
    [
      'an unknown role that may ask',
      `from: [role:boss], role: deployer, longest: 4h, ${reviewed}`,
      'role:boss',
      /the role "boss", which does not exist/,
    ],
    [
      'an unknown role of a reviewer',
      `${base}, reviewers: [role:ops, role:boss]`,
      'role:boss',
      /the role "boss", which does not exist/,
    ],
    [
      'a user without an email address',
      `${base}, reviewers: [user:ann]`,
      'user:ann',
      /"ann", which is not an email address/,
    ],
    [
      'a pattern of no rack',
      `${base}, ${reviewed}, racks: [ok, Prod]`,
      'Prod',
      /names "Prod", which is not a pattern of names of racks/,
    ],
    [
      'a pattern of no app',
      `${base}, ${reviewed}, apps: [ok, "a b"]`,
      '"a b"',
      /names "a b", which is not a pattern of names of apps/,
    ],
    ['neither reviewers nor approve', base, 'deploy', /has no reviewers: name some, or write approve: automatically/],
    [
      'reviewers and approve',
      `${base}, ${reviewed}, approve: automatically`,
      'reviewers',
      /has reviewers, and approves automatically/,
    ],
    [
      'reviews and approve',
      `${base}, approve: automatically, reviews: 7`,
      'reviews',
      /has reviews, and approves automatically/,
    ],
    [
      'too few reviewers',
      `${base}, reviewers: ["user:ann@example.com", "user:Ann@Example.com"], reviews: 2`,
      'reviews',
      /needs 2 reviews, each by another user, and names 1 reviewer,/,
    ],
    [
      'a reviewer who could only review themselves',
      'from: ["user:ann@example.com"], role: viewer, longest: 4h, reviewers: ["user:ANN@example.com"]',
      '"user:ann',
      /lets ann@example.com ask, without whom there are too few reviewers/,
    ],
    [
      'the same beside other requesters',
      'from: [group:a, "user:ben@example.com"], role: viewer, longest: 4h, reviews: 2, reviewers: ["user:ann@example.com", "user:ben@example.com"]',
      '"user:ben',
      /lets ben@example.com ask/,
    ],
    [
      'a slow pattern',
      `${base}, ${reviewed}, reason: { prompt: P, pattern: "(a)\\\\1" }`,
      'pattern',
      /has a pattern that is not in the syntax of RE2/,
    ],
    [
      'a large pattern',
      `${base}, ${reviewed}, reason: { prompt: P, pattern: "(a{1,30}){1,30}" }`,
      'pattern',
      /has a pattern that is too large/,
    ],
    ['a prompt for the shell', `${base}, ${reviewed}, reason: { prompt: "$(reboot)" }`, 'prompt', /needs a prompt of/],
    [
      'an exception',
      `${base}, ${reviewed}, stepUp: { recent: 10m, except: ["trust:a"] }`,
      'except',
      /has exceptions from its step-up/,
    ],
  ])('%s', (_what, rule, part, text) => {
    const line = `  deploy: { ${rule} }`
    const [problem, ...others] = problemsOf(rule)
    expect(others).toEqual([])
    expect(problem).toMatchObject({ line: 3, text: expect.stringMatching(text) })
    expect(line.slice((problem?.column ?? 0) - 1).startsWith(part)).toBe(true)
  })

  test('an invalid ID', () => {
    expect(problemsOf(`${base}, approve: automatically`, 'Deploy_1')).toEqual([
      {
        line: 3,
        column: 3,
        text: 'the request rule "Deploy_1" needs a name of lower-case letters, digits, and single dashes, which begins with a letter',
      },
    ])
  })
})

describe('a role that can change the gateway cannot be requested', () => {
  const document = (permissions: readonly string[]) => {
    const { document: policy } = readPolicy(
      `version: 1\nroles: { wanted: { permissions: ${JSON.stringify(permissions)} } }\nrequests: { deploy: { from: [group:a], role: viewer, longest: 1h, approve: automatically } }\n`,
      'policy.yaml',
    )
    if (policy === null) throw new Error('not valid')
    return { ...policy, requests: policy.requests.map((rule) => ({ ...rule, role: 'wanted' })) }
  }

  test.each([
    ['*', '"*", which includes gateway:audit:acknowledge'],
    ['gateway:*', '"gateway:*", which includes gateway:audit:acknowledge'],
    ['gateway:self:*', null],
    ['*:write', null],
    ['*:*:write', '"*:*:write", which includes gateway:user:write'],
    ['gateway:*:read', null],
  ])('%s', (permission, problem) => {
    const found = requestProblems(document(['app:read', permission]))
    expect(found).toEqual(
      problem === null
        ? []
        : [{ at: ['requests', 'deploy', 'role'], text: expect.stringContaining(`it has the permission ${problem}`) }],
    )
  })

  test.each(Object.keys(permissionDescriptions))('%s is decided by its action', (permission) => {
    const isProblem = requestProblems(document([permission])).length > 0
    const [area, ...rest] = permission.split(':')
    expect(isProblem).toBe(area === 'gateway' && rest.at(-1) !== 'read' && permission !== 'gateway:self:write')
  })

  test('of the built-in roles, only admin is such a role', () => {
    const requests = builtInPolicy().roles.flatMap(({ name }) =>
      document([]).requests.map((rule) => ({ ...rule, id: name, role: name })),
    )
    expect(requestProblems({ ...builtInPolicy(), requests }).map(({ at }) => at[1])).toEqual(['admin'])
  })
})

describe('the warnings about request rules', () => {
  test.each([
    ['an automatic rule without a step-up', `${base}, approve: automatically`],
    ['an automatic rule whose step-up requires nothing', `${base}, approve: automatically, stepUp: none`],
  ])('name %s', (_what, rule) => {
    expect(warningsOf(rule)).toEqual([
      'the request rule deploy approves automatically and has no step-up, so a stolen session can get the role deployer (policy.yaml:3)',
    ])
  })

  test('name a rule for a role that applies to no user', () => {
    const { document } = readPolicy(
      [
        'version: 1',
        'roles: { jobs: { permissions: [app:list], when: { callers: [workload] } } }',
        'requests: { deploy: { from: [group:a], role: jobs, longest: 1h, reviewers: [group:b] } }',
      ].join('\n'),
      'policy.yaml',
    )
    expect(document && documentWarnings(document)).toEqual([
      'the request rule deploy gives nothing, because the role jobs does not apply to users (policy.yaml:3)',
    ])
  })

  test.each([`${base}, approve: automatically, stepUp: always`, `${base}, reviewers: [role:admin]`])(
    'are none for %s',
    (rule) => {
      expect(warningsOf(rule)).toEqual([])
    },
  )
})
