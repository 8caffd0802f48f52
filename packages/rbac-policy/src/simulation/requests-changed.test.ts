import { describe, expect, test } from 'vitest'
import { readPolicy } from '../document/document.ts'
import type { PolicyDocument } from '../policy-document/policy-document.ts'
import { diffPolicies } from './policy-diff.ts'

function written(...rules: readonly string[]): PolicyDocument {
  const lines = rules.length === 0 ? [] : ['requests:', ...rules.map((rule) => `  ${rule}`)]
  const { document, problems } = readPolicy(['version: 1', ...lines, ''].join('\n'), 'policy.yaml')
  if (document === null) throw new Error(problems.map(({ text }) => text).join('; '))
  return document
}

function changes(before: readonly string[], after: readonly string[]) {
  const found = diffPolicies(written(...before), written(...after))
  expect(found.every(({ role }) => role === null)).toBe(true)
  return found.map(({ effect, what }) => [effect, what])
}

const head = 'from: [group:engineering], role: deployer'
const reviewed = `deploy: { ${head}, longest: 4h, racks: [production], reviewers: [group:leads, role:admin] }`

describe('the differences between the request rules of two documents', () => {
  test('are empty for the same rules on other lines, with defaults written out', () => {
    const same = `deploy: { ${head}, longest: 240m, racks: [production], apps: ["*"], answerWithin: 1h, workStarts: approval, reviews: 1, reviewers: [group:leads, role:admin] }`
    expect(changes([reviewed], ['# a comment', same])).toEqual([])
  })

  test('describe a new and a removed rule', () => {
    const words =
      'group:engineering can ask for the role deployer; on racks: production; on apps: *; for at most 4 hours; the time starts with the approval; needs 1 review by group:leads, role:admin; lapses after 1 hour without these reviews; each reviewer needs no step-up; the reason can be any text'
    expect(changes([], [reviewed])).toEqual([['allows', `the request rule deploy is new: ${words}`]])
    expect(changes([reviewed], [])).toEqual([['denies', `the request rule deploy was removed: ${words}`]])
  })

  test('describe a rule that approves automatically', () => {
    const automatic = `deploy: { ${head}, longest: 90m, approve: automatically, stepUp: { recent: 10m }, workStarts: firstUse, reason: { prompt: Ticket, pattern: "[A-Z]+-\\d+" } }`
    expect(changes([], [automatic.replace('\\', '\\\\')])).toEqual([
      [
        'allows',
        'the request rule deploy is new: group:engineering can ask for the role deployer; on racks: *; on apps: *; for at most 90 minutes; the time starts with the first use; the rule approves automatically; who asks needs a proof of their second factor that is at most 10 minutes old; the reason is "Ticket" and matches [A-Z]+-\\d+',
      ],
    ])
  })

  test.each([
    ['from: [group:engineering]', 'from: [group:a]', 'group:a can ask for the role deployer'],
    ['role: deployer', 'role: ops', 'group:engineering can ask for the role ops'],
    ['racks: [production]', 'racks: [production, staging]', 'on racks: production, staging'],
    ['racks: [production]', 'racks: [production], apps: [web]', 'on apps: web'],
    ['longest: 4h', 'longest: 8h', 'for at most 8 hours'],
    ['longest: 4h', 'longest: 4h, answerWithin: 30m', 'lapses after 30 minutes without these reviews'],
    ['longest: 4h', 'longest: 4h, workStarts: firstUse', 'the time starts with the first use'],
    ['longest: 4h', 'longest: 4h, reason: { prompt: Ticket }', 'the reason is "Ticket"'],
    ['longest: 4h', 'longest: 4h, reviews: 2', 'needs 2 reviews by group:leads, role:admin'],
    ['longest: 4h', 'longest: 4h, stepUp: always', 'each reviewer needs a new proof with a passkey each time'],
    ['reviewers: [group:leads, role:admin]', 'reviewers: [role:admin]', 'needs 1 review by role:admin'],
    [
      'reviewers: [group:leads, role:admin]',
      'approve: automatically, stepUp: { always: any }',
      'the rule approves automatically; who asks needs a new proof of their second factor each time',
    ],
  ])('name only what changed: %s becomes %s', (old, changed, words) => {
    const [before, after] = [reviewed, reviewed.replace(old, changed)]
    expect(changes([before], [after])).toEqual([['changes', `the request rule deploy is now: ${words}`]])
    expect(changes([after], [before])).toMatchObject([['changes', expect.stringMatching(/ is now: ./)]])
  })

  test('name another order, because the first rule that fits decides', () => {
    const other = `other: { ${head}, longest: 1h, approve: automatically, stepUp: always }`
    expect(changes([reviewed, other], [other, reviewed])).toEqual([
      ['changes', 'the order of the request rules is other, deploy'],
    ])
    expect(changes([reviewed], [other, reviewed])).toHaveLength(1)
  })
})
