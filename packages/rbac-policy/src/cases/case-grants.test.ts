import { describe, expect, test } from 'vitest'
import { readPolicy } from '../document/document.ts'
import { readCases } from './read-cases.ts'
import { runCases } from './run-cases.ts'

const { document } = readPolicy(
  [
    'version: 1',
    'roles: { rescue: { permissions: ["app:delete"] } }',
    'requests:',
    '  production-rescue: { from: [group:engineering], role: rescue, racks: [production], longest: 1h, reviewers: [role:admin] }',
    '',
  ].join('\n'),
  'policy.yaml',
)
if (document === null) throw new Error('the document is not valid')
const policy = document

function evaluate(who: string, rest: string) {
  const file = readCases(
    `version: 1\ngroups: { engineering: [{ role: viewer }] }\ncases:\n  it: { who: { ${who} }, convox: apps delete web, ${rest} }\n`,
  )
  if ('problems' in file) throw new Error(JSON.stringify(file.problems))
  const { cases, problems } = file.checkAgainst(policy)
  if (cases === null) throw new Error(JSON.stringify(problems))
  return runCases(policy, cases).evaluations[0]
}

function read(one: string) {
  const file = readCases(
    `version: 1\ngroups: { engineering: [{ role: viewer }] }\ncases:\n  it: { ${one}, convox: apps delete web, expect: { effect: deny, rule: x } }\n`,
  )
  if ('problems' in file) throw new Error(JSON.stringify(file.problems))
  return file.checkAgainst(policy)
}

describe('the grants of a case', () => {
  test('are those of approved access requests, live at the time of the case', () => {
    const { cases } = read('who: { grants: [{ role: rescue }, { role: viewer, racks: "prod*", apps: web }] }')
    const at = Date.UTC(2030, 0, 7, 12)
    const terms = { rule: '', startsAt: at, expiresAt: at + 1, startsWithUse: false }
    expect(cases?.map(({ principal }) => principal.grants)).toEqual([
      [
        { ...terms, id: 'grant-1', role: 'rescue', racks: ['*'], apps: ['*'] },
        { ...terms, id: 'grant-2', role: 'viewer', racks: ['prod*'], apps: ['web'] },
      ],
    ])
    expect(read('who: { roles: [viewer] }').cases?.[0]?.principal).not.toHaveProperty('grants')
  })

  test.each([
    ['grants: [{ role: resue }]', 'the role "resue" does not exist in the document'],
    ['kind: api-token, grants: [{ role: rescue }]', 'only a user has grants, in sessions: leave kind out'],
    ['kind: workload, grants: [{ role: rescue }]', 'only a user has grants, in sessions: leave kind out'],
  ])('%s is a problem', (who, text) => {
    expect(read(`who: { ${who} }`).problems).toEqual([
      { line: 4, column: expect.any(Number), text: expect.stringContaining(text) },
    ])
  })

  test('need a role', () => {
    const file = readCases(
      'version: 1\ncases:\n  it: { who: { grants: [{ rule: production-rescue }] }, convox: apps, expect: { effect: deny, rule: x } }\n',
    )
    expect('problems' in file && file.problems.map(({ text }) => text)).toEqual(
      expect.arrayContaining([expect.stringContaining('cases.it.who.grants.0 has no role')]),
    )
  })
})

describe('a call under a grant', () => {
  const engineer = 'groups: [engineering]'
  const grant = 'grants: [{ role: rescue, racks: "prod*" }]'

  test.each([
    ['is allowed', `${engineer}, ${grant}`, 'production', '{ effect: allow, rule: role:rescue }'],
    ['on another rack is denied', `${engineer}, ${grant}`, 'staging', '{ effect: deny, rule: no-permission }'],
    ['without the grant is denied', engineer, 'production', '{ effect: deny, rule: no-permission }'],
    [
      'without the grant is denied with the command that asks for it',
      engineer,
      'production',
      '{ effect: deny, rule: no-permission, reason: "rack-gateway request --role rescue --rack production" }',
    ],
  ])('%s', (_what, who, rack, expected) => {
    expect(evaluate(who, `where: { rack: ${rack} }, expect: ${expected}`)).toMatchObject({ passed: true })
  })

  test('covers the role of the grant', () => {
    const { cases } = read(`who: { ${engineer}, ${grant} }, where: { rack: production }`)
    expect(runCases(policy, cases ?? []).coverage).toMatchObject([{ rule: 'role:rescue app:delete', exercised: true }])
  })
})

test('a request rule decides no call, so the coverage does not have it', () => {
  const { cases } = read('who: { groups: [engineering] }')
  const { coverage } = runCases(policy, cases ?? [])
  expect(coverage.map(({ rule }) => rule)).toEqual(['role:rescue app:delete'])
})
