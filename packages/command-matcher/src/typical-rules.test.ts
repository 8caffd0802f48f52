import { describe, expect, test } from 'vitest'
import { matchTypical } from './testing/match-typical.ts'

const roles = ['viewer', 'ops', 'deployer', 'ci', 'auditor', 'admin'] as const
const release = ['deployer', 'ci', 'admin']

/** Written by hand: command, service, roles that can run it detached, roles that can exec it. */
const table: readonly (readonly [command: string, service: string, run: readonly string[], exec: readonly string[]])[] =
  [
    ['bin/pre_release', 'command', release, release],
    ['run_as_deploy rake checks:verify_dns checks:generate_test_submission', 'command', release, release],
    ['rake stripe:prepare', 'command', release, release],
    ['rails console', 'command', ['admin'], ['admin']],
    ['rake db:migrate', 'command', ['admin'], ['admin']],
    ['rake db:seed', 'command', ['admin'], ['admin']],
    ['anything at --all', 'command', ['admin'], ['admin']],
    ['sh', 'command', ['admin'], ['admin']],
    ['bin/pre_release', 'web', [], ['admin']],
    ['rake stripe:prepare', 'worker', [], ['admin']],
    ['sh', 'web', [], ['admin']],
    ['rails console', 'worker', [], ['admin']],
  ]

describe('the typical rules', () => {
  const cells = table.flatMap(([command, service, run, exec]) =>
    roles.map((role) => ({ command, service, role, run: run.includes(role), exec: exec.includes(role) })),
  )

  test.each(cells)('$role, $command on $service: run $run, exec $exec', ({ command, service, role, run, exec }) => {
    expect(matchTypical(command, { service, roles: [role], mode: 'detached' }).effect).toBe(run ? 'allow' : 'deny')
    expect(matchTypical(command, { service, roles: [role], mode: 'exec' }).effect).toBe(exec ? 'allow' : 'deny')
  })

  test.each(roles)('%s can start an attached run only if a rule could allow its command', (role) => {
    const mayRun = release.includes(role)
    expect(matchTypical('sleep 3600', { roles: [role], mode: 'attached' }).effect).toBe(mayRun ? 'allow' : 'deny')
    expect(matchTypical('sleep 3600', { roles: [role], mode: 'attached', service: 'web' }).effect).toBe('deny')
  })

  test('the decision names the rule', () => {
    expect(matchTypical('bin/pre_release')).toMatchObject({ effect: 'allow', rule: 'pre-release' })
    expect(matchTypical('rake db:seed', { roles: ['admin'] })).toMatchObject({
      effect: 'allow',
      rule: 'migrate-and-seed',
    })
    expect(matchTypical('ls -l', { roles: ['admin'] })).toMatchObject({ effect: 'allow', rule: 'any-command' })
  })

  test('shell syntax is denied even for an admin', () => {
    expect(matchTypical("sh -c 'a && b'", { roles: ['admin'] })).toMatchObject({ effect: 'deny', rule: 'shell-syntax' })
    expect(matchTypical('rake db:migrate; sh', { roles: ['admin'], mode: 'exec' })).toMatchObject({
      rule: 'shell-syntax',
    })
  })
})
