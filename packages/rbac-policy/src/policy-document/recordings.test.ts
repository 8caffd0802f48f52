import { describe, expect, test } from 'vitest'
import { builtInPolicy, readPolicy } from '../document/document.ts'
import { compilePolicy } from '../policy/policy.ts'
import type { SessionSubject } from './recordings.ts'

const exec: SessionSubject = { session: 'exec', rack: 'staging', app: 'web', command: 'rails console' }

function ruleFor(section: string, subject: Partial<SessionSubject> = {}) {
  const { document, problems } = readPolicy(`version: 1\n${section}`, 'policy.yaml')
  if (document === null) throw new Error(problems.map(({ text }) => text).join('; '))
  return compilePolicy(document).recordingOf({ ...exec, ...subject })
}

test('without a document every session is recorded, by best effort and without input', () => {
  for (const session of ['exec', 'console', 'shell'] as const)
    expect(compilePolicy(builtInPolicy()).recordingOf({ ...exec, session })).toMatchObject({
      id: 'every-session',
      mode: 'best-effort',
      input: false,
    })
  expect(ruleFor('')).toMatchObject({ id: 'every-session' })
})

describe('the first rule that matches decides', () => {
  const section = `
recordings:
  rules:
    migrations: { commands: ["rake db:*"], apps: [web], mode: off }
    production: { racks: [prod*], mode: strict, input: true }
    shells: { sessions: [shell], mode: strict }
    web: { apps: [w*], mode: best-effort }
`
  test.each<[Partial<SessionSubject>, string | null]>([
    [{}, 'web'],
    [{ command: 'rake db:migrate' }, 'migrations'],
    [{ command: 'rake db:migrate', app: 'api' }, null],
    [{ command: 'sh rake db:migrate' }, 'web'],
    [{ rack: 'production', app: 'api' }, 'production'],
    [{ rack: 'preproduction', app: 'api' }, null],
    [{ session: 'shell', app: null, command: 'bash' }, 'shells'],
    [{ session: 'console', command: null }, 'web'],
    [{ app: null }, null],
  ])('%j: %s', (subject, id) => {
    expect(ruleFor(section, subject)?.id ?? null).toBe(id)
  })

  test('with its fields and its line', () => {
    expect(ruleFor(section, { rack: 'prod' })).toEqual({
      id: 'production',
      racks: ['prod*'],
      mode: 'strict',
      input: true,
      source: 'policy.yaml:6',
    })
  })
})

test.each([
  ['recordings: {}', 'recordings has no rules'],
  ['recordings: { rules: { a: {} } }', 'has no mode; it should be strict, best-effort, or off'],
  [
    'recordings: { rules: { a: { mode: sometimes } } }',
    'recordings.rules.a.mode should be strict, best-effort, or off',
  ],
  ['recordings: { rules: { a: { mode: off, sessions: [logs] } } }', 'should be exec, console, or shell'],
  ['recordings: { rules: { a: { mode: off, apps: [""] } } }', 'has an empty pattern'],
  ['recordings: { rules: { a: { mode: off, roles: [ops] } } }', 'recordings.rules.a.roles is not known here'],
])('%s is a problem', (section, problem) => {
  const { problems } = readPolicy(`version: 1\n${section}`, 'policy.yaml')
  expect(problems.map(({ text }) => text).join('; ')).toContain(problem)
})
