import { readCommand } from '@rack-gateway/command-matcher'
import { describe, expect, test } from 'vitest'
import type { Grant, Principal, RackCall } from '../model/types.ts'
import { compilePolicy } from '../policy/policy.ts'
import { binding, call, moment, now, principal, token } from '../testing/calls.ts'
import { documentOf, grant } from '../testing/request-rules.ts'

const hour = 3_600_000

const policy = compilePolicy(
  documentOf(`
version: 1
roles:
  migrator:
    permissions: [process:run, process:list]
  nights:
    permissions: ['release:*']
    when: { time: [{ from: '22:00', to: '23:00', zone: UTC }] }
  proving:
    permissions: ['release:*', gateway:audit:read]
    stepUp: { recent: 10m }
  everything:
    permissions: ['app:*', 'gateway:*']
  locked:
    permissions: [env:write, release:create, app:update]
commands:
  rules:
    migrate: { run: rake db:migrate, services: [command], roles: [migrator] }
protected: { environment: [DATABASE_URL] }
`),
)

const promote = (change: Partial<RackCall> = {}) => call('POST /apps/{app}/releases/{id}/promote', change)
const run = (text: string, change: Partial<RackCall> = {}) =>
  call('POST /apps/{app}/services/{service}/processes', { command: readCommand(text, 'run'), ...change })
const viewer = (...grants: readonly Grant[]) => principal([binding('viewer')], { grants })

function decide(by: Principal, asked: RackCall = promote()) {
  return policy.decide(by, asked)
}

describe('a grant', () => {
  test('allows what its role allows, and the decision names it', () => {
    expect(decide(viewer(grant()))).toEqual({
      effect: 'allow',
      rule: 'role:deployer',
      source: expect.stringMatching(/^built-in:\d+$/),
      permission: 'release:promote',
      reason: 'The role deployer grants release:promote.',
      roles: ['viewer', 'deployer'],
      bindings: ['binding-viewer'],
      policy: policy.hash,
      grant: { id: 'grant-1', expiresAt: now + hour, startsWithUse: false },
    })
    expect(decide(principal([], { grants: [grant()] }))).toMatchObject({ effect: 'allow', grant: { id: 'grant-1' } })
  })

  test('says that its first use starts it', () => {
    expect(decide(viewer(grant({ startsWithUse: true })))).toMatchObject({ grant: { startsWithUse: true } })
  })

  test('gives nothing before its start, and nothing from its end on', () => {
    const at = (time: number) => decide(viewer(grant()), promote({ at: time })).effect
    expect([now - 1, now, now + hour - 1, now + hour].map(at)).toEqual(['deny', 'allow', 'allow', 'deny'])
  })

  test('gives nothing on other racks and apps', () => {
    const onWeb = viewer(grant({ apps: ['web', 'api-*'] }))
    const effects = [
      promote(),
      promote({ app: 'api-1' }),
      promote({ app: 'billing' }),
      promote({ rack: 'production' }),
    ].map((asked) => decide(onWeb, asked).effect)
    expect(effects).toEqual(['allow', 'allow', 'deny', 'deny'])
    expect(decide(onWeb, call('POST /registries')).effect).toBe('deny')
  })

  test('of a role that the policy does not have gives nothing', () => {
    expect(decide(viewer(grant({ role: 'gone' })))).toEqual(decide(principal([binding('viewer')])))
  })

  test('is never used by tokens, their owners, and jobs', () => {
    const grants = [grant()]
    const owned = token([binding('viewer')], [binding('viewer')], { grants })
    const job = principal([binding('ci')], { kind: 'workload', grants })
    expect(decide(owned).effect).toBe('deny')
    expect(decide(token([binding('deployer')], [binding('viewer')], { grants })).effect).toBe('deny')
    expect(decide(job, call('DELETE /apps/{app}')).effect).toBe('deny')
    expect(policy.hasPermission(owned, 'release:promote', web, moment())).toBe(false)
    expect(policy.canAllow(owned, 'release:promote', web, moment())).toBe(false)
  })

  test('does not help a session that is bound to another rack', () => {
    expect(decide({ ...viewer(grant()), rack: 'production' })).toMatchObject({ effect: 'deny', rule: 'rack-bound' })
  })

  test('is not named if the own bindings are enough', () => {
    const deployer = principal([binding('deployer')], { grants: [grant()] })
    expect(decide(deployer)).toEqual(decide(principal([binding('deployer')])))
    expect(decide(deployer)).not.toHaveProperty('grant')
  })

  test('adds to the own bindings: a call can need both', () => {
    const runner = principal([binding('migrator')], { grants: [grant({ role: 'ops' })] })
    const older = run('rake db:migrate', { release: { id: 'R1', newest: false } })
    expect(decide(principal([binding('migrator')]), older)).toMatchObject({ effect: 'deny', rule: 'no-permission' })
    expect(decide(principal([], { grants: runner.grants ?? [] }), older).effect).toBe('deny')
    expect(decide(runner, older)).toMatchObject({ rule: 'command:migrate', grant: { id: 'grant-1' } })
  })
})

const web = { rack: 'staging', app: 'web', scope: 'app' } as const

describe('several grants', () => {
  const early = grant({ id: 'early', expiresAt: now + 60_000 })
  const late = grant({ id: 'late', expiresAt: now + 7 * hour })

  test.each([
    ['first', [early, late]],
    ['last', [late, early]],
  ])('a call is attributed to the one that ends first, if it is listed %s', (_where, grants) => {
    expect(decide(viewer(...grants))).toMatchObject({ grant: { id: 'early' } })
    expect(decide(viewer(...grants), promote({ at: now + 60_000 }))).toMatchObject({ grant: { id: 'late' } })
  })

  test('one that is not enough does not hide one that is', () => {
    const weak = grant({ id: 'weak', role: 'viewer', expiresAt: now + 1_000 })
    expect(decide(viewer(weak, late))).toMatchObject({ grant: { id: 'late' } })
  })

  test('do not add up', () => {
    const runner = grant({ id: 'run', role: 'migrator', expiresAt: now + 1_000 })
    const elsewhere = grant({ id: 'ops', role: 'ops', racks: ['production'] })
    expect(decide(viewer(runner, elsewhere), run('rake db:seed')).effect).toBe('deny')
  })
})

describe('under a grant', () => {
  const admin = viewer(grant({ role: 'admin' }))

  test('blocked operations stay blocked, and the denial says so', () => {
    expect(decide(admin, call('DELETE /apps/{app}', { app: 'system' }))).toMatchObject({
      effect: 'deny',
      rule: 'blocked:rack-app',
    })
  })

  test('protected keys stay protected', () => {
    const release = call('POST /apps/{app}/releases', { environment: { changed: ['DATABASE_URL'] } })
    const denied = decide(viewer(grant({ role: 'locked' })), release)
    expect(denied).toMatchObject({ effect: 'deny', rule: 'protected-key' })
    expect(denied).not.toHaveProperty('grant')
  })

  test('the conditions of its role hold, and the denial says so', () => {
    const denied = decide(viewer(grant({ role: 'nights' })))
    expect(denied).toMatchObject({ effect: 'deny', rule: 'condition:nights' })
    const night = now + 22 * hour
    const later = grant({ role: 'nights', expiresAt: night + hour })
    expect(decide(viewer(later), promote({ at: night }))).toMatchObject({ effect: 'allow', grant: { id: 'grant-1' } })
  })

  test('command rules hold', () => {
    const runner = viewer(grant({ role: 'migrator' }))
    expect(decide(runner, run('rake db:migrate'))).toMatchObject({ effect: 'allow', rule: 'command:migrate' })
    expect(decide(runner, run('bash'))).toMatchObject({ effect: 'deny', rule: expect.stringMatching(/^command:/) })
  })

  test('a command that only the command rules of its role allow is attributed to it', () => {
    const runner = principal([binding('ops')], { grants: [grant({ role: 'migrator' })] })
    expect(decide(principal([binding('ops')]), run('rake db:migrate')).effect).toBe('deny')
    expect(decide(runner, run('rake db:migrate'))).toMatchObject({ effect: 'allow', grant: { id: 'grant-1' } })
  })

  test('the step-up of its role holds, and both decisions name the grant', () => {
    expect(decide(viewer(grant({ role: 'proving' })))).toMatchObject({
      effect: 'require',
      requirement: 'step-up',
      grant: { id: 'grant-1' },
      granted: { effect: 'allow', grant: { id: 'grant-1' }, bindings: ['binding-viewer'] },
    })
  })
})

describe('the gateway', () => {
  const everywhere = { rack: '*', app: null, scope: 'rack' } as const
  const of = (role: string, change: Partial<Grant> = {}) =>
    principal([], { grants: [grant({ role, racks: ['*'], ...change })] })
  const check = (by: Principal, permission: string, where: Parameters<typeof policy.hasPermission>[2] = everywhere) => [
    policy.checkPermission(by, permission, where, moment()) === null,
    policy.hasPermission(by, permission, where, moment()),
    policy.grantFor(by, permission, where, moment())?.id ?? null,
  ]

  test.each(['admin', 'everything'])('can be read under a grant of %s, and never changed', (role) => {
    expect(check(of(role), 'gateway:audit:read')).toEqual([true, true, 'grant-1'])
    expect(check(of(role), 'gateway:access-request:read')).toEqual([true, true, 'grant-1'])
    for (const permission of gatewayChanges) {
      expect(policy.rolesWith(permission)).toContain(role)
      expect(check(of(role), permission)).toEqual([false, false, null])
    }
  })

  const gatewayChanges = [
    'gateway:user:write',
    'gateway:binding:write',
    'gateway:token:write',
    'gateway:trust:write',
    'gateway:session:write',
    'gateway:audit:acknowledge',
    'gateway:recording:end',
    'gateway:live-call:end',
    'gateway:access-request:revoke',
    'gateway:service-account:write',
  ]

  test('can be read only under a grant for all racks and apps, while it lasts', () => {
    expect(check(of('admin', { racks: ['staging'] }), 'gateway:audit:read')).toEqual([false, false, null])
    expect(check(of('admin', { apps: ['web'] }), 'gateway:audit:read')).toEqual([false, false, null])
    expect(check(of('admin', { expiresAt: now }), 'gateway:audit:read')).toEqual([false, false, null])
  })

  test('management calls have no permissions of racks from grants', () => {
    expect(policy.checkPermission(of('admin'), 'app:delete', everywhere, moment())).not.toBeNull()
  })

  test('is read without a grant, if the own bindings are enough', () => {
    const auditor = principal([binding('auditor')], { grants: [grant({ role: 'admin', racks: ['*'] })] })
    expect(check(auditor, 'gateway:audit:read')).toEqual([true, true, null])
  })

  test('is read with the step-up of the role of the grant', () => {
    const read = { permission: 'gateway:audit:read', scope: 'gateway' } as const
    expect(policy.managementStepUp(of('proving'), read, moment())).toMatchObject({ effect: 'require' })
    expect(policy.managementStepUp(of('admin'), read, moment())).toBeNull()
  })

  test('a grant is no authority: it neither grants, nor revokes, nor counts as a role', () => {
    const admin = of('admin')
    const wanted = { role: 'viewer', racks: 'staging', apps: '*', until: null }
    expect(policy.canGrant(admin, wanted, moment())).not.toBeNull()
    expect(policy.canRevoke(admin, wanted, moment())).not.toBeNull()
    expect(policy.rolesAt(admin, everywhere, moment())).toEqual([])
    expect(policy.enrollment(of('proving'), now)).toEqual({ required: false, by: null })
  })
})

describe('what a user sees under a grant', () => {
  const onStaging = principal([], { grants: [grant({ apps: ['web'] })] })

  test('are its racks and apps', () => {
    expect(policy.racksOf(onStaging, ['production', 'staging'], moment())).toEqual(['staging'])
    expect(policy.racksOf(onStaging, ['staging'], moment(now + hour))).toEqual([])
    expect(policy.canSeeApp(onStaging, 'staging', 'web', moment())).toBe(true)
    expect(policy.canSeeApp(onStaging, 'staging', 'api', moment())).toBe(false)
    expect(policy.canSeeApp(onStaging, 'staging', 'web', moment(now - 1))).toBe(false)
    expect(policy.canAllow(onStaging, 'release:promote', web, moment())).toBe(true)
    expect(policy.canAllow(onStaging, 'release:promote', web, moment(now + hour))).toBe(false)
  })

  test('are values only once its first use has started it', () => {
    const started = (startsWithUse: boolean) => principal([], { grants: [grant({ role: 'admin', startsWithUse })] })
    const seesSecrets = (by: Principal) => policy.hasPermission(by, 'secret:read', web, moment())
    expect([seesSecrets(started(true)), seesSecrets(started(false))]).toEqual([false, true])
    expect(policy.canAllow(started(true), 'secret:read', web, moment())).toBe(true)
    expect(policy.canSeeApp(started(true), 'staging', 'web', moment())).toBe(true)
  })
})

describe('observe mode', () => {
  const observing = compilePolicy(
    documentOf(
      'version: 1\nroles:\n  proving: { permissions: ["release:*"], stepUp: { recent: 10m } }\n  nights: { permissions: ["release:*"], when: { time: [{ from: "22:00", to: "23:00", zone: UTC }] } }',
    ),
    { observes: () => true },
  )

  test('does not hide the grant of a call', () => {
    expect(observing.decide(viewer(grant()), promote())).toMatchObject({
      effect: 'allow',
      rule: 'role:deployer',
      grant: { id: 'grant-1' },
    })
  })

  test('needs own bindings: a grant makes no decision lenient', () => {
    const onlyGrant = principal([], { grants: [grant({ role: 'viewer' })] })
    expect(observing.decide(onlyGrant, promote()).effect).toBe('deny')
  })

  test('keeps the decision of a grant that allows the call after a proof, where leniency would deny it', () => {
    const proving = principal([binding('viewer'), binding('nights')], { grants: [grant({ role: 'proving' })] })
    expect(observing.decide(proving, promote())).toMatchObject({ effect: 'require', grant: { id: 'grant-1' } })
    expect(observing.decide({ ...proving, grants: [] }, promote())).toMatchObject({ rule: 'condition:nights' })
  })
})

test('a principal without grants has the decisions of its bindings', () => {
  const plain = principal([binding('viewer')])
  expect(decide({ ...plain, grants: [] })).toEqual(decide(plain))
})
