import { builtInPolicy } from '@rack-gateway/rbac-policy/document'
import { describe, expect, test } from 'vitest'
import { checkDocument } from './check-document.ts'

function check(proposed: string) {
  return checkDocument({ current: builtInPolicy(), proposed, maxChanges: 500 })
}

test('a long list of differences is cut, and so is a long difference', () => {
  const roles = Array.from({ length: 30 }, (_, at) => `  role-${at}: { extends: [admin] }`).join('\n')
  const many = check(`version: 1\nroles:\n${roles}\n`)
  expect(many.changes).toHaveLength(500)
  expect(many.more).toBeGreaterThan(500)
  const apps = Array.from({ length: 1_000 }, (_, at) => `app-${at}`).join(', ')
  const long = check(`version: 1\nroles:\n  viewer: { extends: [viewer], when: { apps: [${apps}] } }\n`)
  expect([long.changes[0]?.what.length, long.more]).toEqual([2_001, 0])
})

describe('the request rules of a document', () => {
  const rule = 'from: [group:engineering], role: deployer, longest: 4h'
  const checkRule = (written: string) => check(`version: 1\nrequests: { deploy: { ${written} } }\n`)

  test('have problems with a position', () => {
    expect(checkRule(`${rule}, reviewers: ["user:ann@example.com"], reviews: 2`).problems).toEqual([
      { line: 2, column: 116, text: expect.stringContaining('so nobody could approve a request') },
    ])
  })

  test('have warnings, and are compared', () => {
    expect(checkRule(`${rule}, approve: automatically`)).toMatchObject({
      valid: true,
      warnings: [expect.stringContaining('the request rule deploy approves automatically and has no step-up')],
      changes: [{ effect: 'allows', role: null, what: expect.stringMatching(/^the request rule deploy is new: /) }],
    })
  })

  test.each(['(a+)+$', '(x+x+)+y', '((a{1,30}){1,30})b', '[', '(?=a)'])(
    'are checked in time with the pattern %s',
    (pattern) => {
      const written = `${rule}, reviewers: [group:a], reason: { prompt: Ticket, pattern: '${pattern}' }`
      expect(checkRule(written).problems.every(({ text }) => text.includes('has a pattern that'))).toBe(true)
    },
  )
})

describe('a hostile document', () => {
  test.each([
    ['no YAML', '{'],
    ['a list', '- 1'],
    ['a number', '7'],
    ['nothing', ''],
    ['prototype keys', 'version: 1\n__proto__: { x: 1 }\n'],
    ['wrong types', 'version: one\nroles: [viewer]\ncommands: 7\n'],
    ['a tag', 'version: !!js/function "function () {}"\n'],
    [
      'aliases that multiply',
      `a: &a [x,x,x,x,x,x,x,x,x,x]\n${'bcdefgh'
        .split('')
        .map((name, at) => `${name}: &${name} [${Array(10).fill(`*${'abcdefg'[at]}`).join(',')}]`)
        .join('\n')}\n`,
    ],
    ['an alias of itself', 'version: 1\nroles: &a\n  x: *a\n'],
    [
      'rules that multiply',
      `version: 1\ncommands:\n  rules:\n${Array.from({ length: 2_000 }, (_, at) => `    r${at}: { run: x${at}${' a|b'.repeat(9)}, roles: [admin] }`).join('\n')}\n`,
    ],
    ['depth', '['.repeat(50_000)],
    ['control characters', `version: 1\nroles: { "\\e[2J\\u202e": {} }\n`],
  ])('is not valid: %s', (_what, document) => {
    const { valid, problems, proposed } = check(document)
    expect([valid, proposed]).toEqual([false, null])
    expect(problems[0]).toEqual({ line: expect.any(Number), column: expect.any(Number), text: expect.any(String) })
    expect(JSON.stringify(problems)).not.toMatch(/[\u0080-\u009f\u202e]|\\u001b/)
  })
})
