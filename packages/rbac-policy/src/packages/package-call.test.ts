import { expect, test } from 'vitest'
import { binding, call, token } from '../testing/calls.ts'
import { packageCallOf, packagePrincipalOf } from './package-call.ts'

test('a package sees a plain, deeply frozen call', () => {
  const seen = packageCallOf(
    call('WS /apps/{app}/processes/{pid}/exec', {
      environment: { changed: ['KEY'] },
      release: { id: 'R1', newest: false },
      resource: { app: 'web', name: 'db' },
    }),
  )
  expect(seen).toMatchObject({
    route: 'WS /apps/{app}/processes/{pid}/exec',
    permission: 'process:exec',
    changes: true,
    service: 'command',
    process: { id: 'p1', service: 'command', own: false },
    command: { argv: ['bin/pre_release'] },
    environment: { changed: ['KEY'] },
  })
  expect(thawedIn(seen)).toEqual([])
  expect(JSON.parse(JSON.stringify(seen))).toEqual(seen)
})

test('a package sees the command for an instance, or null', () => {
  const asked = call('WS /instances/{id}/shell', { command: null, instanceCommand: 'df -h | tail -1' })
  expect(packageCallOf(asked).instanceCommand).toBe('df -h | tail -1')
  expect(packageCallOf(call('WS /instances/{id}/shell', { command: null })).instanceCommand).toBeNull()
})

test('the call that a package sees shares no object with the decided call', () => {
  const real = call('POST /apps/{app}/releases', { environment: { changed: ['KEY'] } })
  const seen = packageCallOf(real)
  expect(seen.params).not.toBe(real.params)
  expect(seen.parameters.query).not.toBe(real.parameters.query)
  expect(seen.environment?.changed).not.toBe(real.environment?.changed)
})

test('a package sees the identity of the caller, but neither credential nor bindings', () => {
  const caller = token([binding('ci')], [binding('admin')], { groups: ['robots'] })
  const seen = packagePrincipalOf(caller, ['ci'])
  expect(seen).toEqual({
    kind: 'api-token',
    id: caller.id,
    name: 'nightly',
    groups: ['robots'],
    roles: ['ci'],
    owner: { kind: 'user', id: caller.owner?.id, name: 'ada@example.com' },
  })
  expect(thawedIn(seen)).toEqual([])
})

function thawedIn(value: object, path = ''): string[] {
  const inner = Object.entries(value).flatMap(([name, member]) =>
    typeof member === 'object' && member !== null ? thawedIn(member, `${path}.${name}`) : [],
  )
  return Object.isFrozen(value) ? inner : [path, ...inner]
}
