import { describe, expect, test } from 'vitest'
import { builtInPolicy, readPolicy } from '../document/document.ts'
import type { PolicyDocument } from './policy-document.ts'
import { tokenLimit } from './token-terms.ts'

const [hour, day] = [3_600_000, 86_400_000]

function read(...lines: readonly string[]) {
  return readPolicy(['version: 1', ...lines, ''].join('\n'), 'policy.yaml')
}

function written(...lines: readonly string[]): PolicyDocument {
  const { document, problems } = read(...lines)
  if (document === null) throw new Error(problems.map(({ text }) => text).join('; '))
  return document
}

describe('how long an API token lives', () => {
  test('has a built-in maximum, and the maximum names its line', () => {
    expect(builtInPolicy().tokens).toMatchObject({ maxAge: 365 * day, defaultAge: 90 * day, rules: [] })
    expect(tokenLimit(builtInPolicy(), [{ role: 'admin' }])).toEqual({
      maxAge: 365 * day,
      rule: 'token-max-age',
      source: expect.stringMatching(/^built-in:\d+$/),
    })
    expect(tokenLimit(written('tokens:', '  maxAge: 30d'), [{ role: 'admin' }])).toEqual({
      maxAge: 30 * day,
      rule: 'token-max-age',
      source: 'policy.yaml:3',
    })
  })

  test.each([
    ['a shorter maximum shortens the default', 'maxAge: 30d', 30, 30],
    ['a longer maximum does not change the default', 'maxAge: 730d', 730, 90],
    ['a maximum and a default', 'maxAge: 30d, defaultAge: 7d', 30, 7],
    ['a default alone', 'defaultAge: 7d', 365, 7],
  ])('%s', (_what, terms, maxAge, defaultAge) => {
    const { tokens } = written(`tokens: { ${terms} }`)
    expect(tokens).toMatchObject({ maxAge: maxAge * day, defaultAge: defaultAge * day })
  })

  const narrowed = written(
    'roles: { on-call: { extends: [deployer], permissions: [app:delete] } }',
    'tokens:',
    '  maxAge: 90d',
    '  rules:',
    '    deploys: { roles: [deployer], maxAge: 30d }',
    '    secrets: { permissions: ["secret:*"], maxAge: 8h }',
  )
  test.each([
    ['another role', [{ role: 'viewer' }], 'token-max-age', 90 * day, 4],
    ['the role', [{ role: 'deployer' }], 'token-max-age:deploys', 30 * day, 6],
    ['a role that extends it', [{ role: 'on-call' }], 'token-max-age:deploys', 30 * day, 6],
    ['one of several', [{ role: 'viewer' }, { role: 'deployer' }], 'token-max-age:deploys', 30 * day, 6],
    ['a role that has the permission', [{ role: 'admin' }], 'token-max-age:secrets', 8 * hour, 7],
    ['the permission alone', [{ role: '-', permissions: ['secret:read'] }], 'token-max-age:secrets', 8 * hour, 7],
    ['by a pattern', [{ role: '-', permissions: ['*'] }], 'token-max-age:secrets', 8 * hour, 7],
    ['another permission', [{ role: 'deployer', permissions: ['app:read'] }], 'token-max-age', 90 * day, 4],
    ['a role that does not exist', [{ role: 'constructor' }], 'token-max-age', 90 * day, 4],
    ['the strictest of two', [{ role: 'on-call' }, { role: 'admin' }], 'token-max-age:secrets', 8 * hour, 7],
    ['nothing', [], 'token-max-age', 90 * day, 4],
  ])('with %s', (_what, bindings, rule, maxAge, line) => {
    expect(tokenLimit(narrowed, bindings)).toEqual({ rule, maxAge, source: `policy.yaml:${line}` })
  })

  test.each([
    ['{ maxAge: 30 }', 'maxAge', 'tokens.maxAge should be a duration from 1h to 3650d'],
    ['{ maxAge: "30" }', 'maxAge', 'tokens.maxAge has no unit'],
    ['{ maxAge: 30m }', 'maxAge', 'tokens.maxAge is not in range'],
    ['{ maxAge: 9999d }', 'maxAge', 'tokens.maxAge is not in range'],
    ['{ maxAge: soon }', 'maxAge', 'tokens.maxAge is not a duration'],
    ['{ maximum: 30d }', 'maximum', 'tokens.maximum is not known here'],
    ['{ max-age: 30d }', 'max-age', 'tokens.max-age is not known here: did you mean maxAge?'],
    ['{ default-age: 30d }', 'default-age', 'tokens.default-age is not known here: did you mean defaultAge?'],
    ['{ maxAge: 7d, defaultAge: 8d }', 'defaultAge', 'tokens.defaultAge is longer than tokens.maxAge'],
    ['{ rules: { x: { maxAge: 1d } } }', 'x:', 'the token rule "x" is for no role and no permission'],
    ['{ rules: { x: { maxAge: 1d, roles: [] } } }', 'roles', 'is empty, so it would match nothing'],
    ['{ rules: { x: { roles: [admin] } } }', 'x:', 'tokens.rules.x has no maxAge'],
    ['{ rules: { x: { maxAge: 1d, roles: [admiral] } } }', 'roles', 'names unknown roles: admiral'],
    ['{ rules: { x: { maxAge: 1d, permissions: [no:*] } } }', 'permissions', 'names unknown permissions: no:*'],
    ['{ rules: { x: { maxAge: 999d, roles: [admin] } } }', 'maxAge', 'is longer than tokens.maxAge'],
    ['{ rules: { x: { maxAge: 1s, roles: [admin] } } }', 'maxAge', 'tokens.rules.x.maxAge is not in range'],
  ])('%s is wrong at %s', (terms, where, text) => {
    const line = `tokens: ${terms}`
    expect(read(line).problems?.[0]).toEqual({
      line: 2,
      column: line.lastIndexOf(where) + 1,
      text: expect.stringContaining(text),
    })
  })
})
