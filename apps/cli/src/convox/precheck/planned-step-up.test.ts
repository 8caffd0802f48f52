import { compilePolicy, type PolicyDocument, type StepUpLevel } from '@rack-gateway/rbac-policy'
import { builtInPolicy } from '@rack-gateway/rbac-policy/document'
import { expect, test } from 'vitest'
import { plannedCommand } from './planned-command.ts'
import { plannedStepUp } from './planned-step-up.ts'
import type { Snapshot } from './snapshot.ts'

const recent: StepUpLevel = { kind: 'recent', within: 600_000 }
const always: StepUpLevel = { kind: 'always', methods: 'passkey' }

/** A user's policy that requires proofs for permissions. */
function snapshot(
  permissions: Readonly<Record<string, StepUpLevel>>,
  change: Partial<Snapshot['principal']> = {},
): Snapshot {
  const builtIn = builtInPolicy()
  const document: PolicyDocument = {
    ...builtIn,
    stepUp: {
      ...builtIn.stepUp,
      rules: Object.entries(permissions).map(([pattern, level], at) => ({
        id: `rule-${at}`,
        permissions: [pattern],
        level,
        except: [],
      })),
    },
  }
  const principal: Snapshot['principal'] = {
    kind: 'user',
    id: 'u1',
    name: 'ada@example.com',
    credential: '',
    rack: null,
    groups: [],
    bindings: [{ id: 'b1', role: 'admin', racks: '*', apps: '*', expiresAt: null }],
    owner: null,
    secondFactor: true,
    expiresAt: Number.MAX_SAFE_INTEGER,
    ...change,
  }
  return { rack: 'staging', document, principal, policy: compilePolicy(document), observing: null }
}

function stepUpOf(words: readonly string[], from: Snapshot) {
  const plan = plannedCommand(words, { appSetting: null, directory: 'web' })
  if (plan.kind !== 'calls') throw new Error('the calls of this command are not certain')
  return plannedStepUp(from, plan, Date.UTC(2030, 0, 2))
}

const promote = ['releases', 'promote', 'R1', '-a', 'web']
const promoteCall = {
  rack: 'staging',
  app: 'web',
  route: 'POST /apps/{app}/releases/{id}/promote',
  command: null,
  params: { app: 'web', id: 'R1' },
  query: {},
  form: { force: null },
  headers: {},
  repeated: false,
}

test('a planned step-up has only the calls for which the policy requires a proof', () => {
  expect(stepUpOf(promote, snapshot({ 'release:promote': recent }))).toEqual({
    command: 'releases promote',
    rack: 'staging',
    calls: [promoteCall],
    methods: 'any',
    isCertain: true,
  })
})

test('the strictest call decides which methods count', () => {
  const policy = snapshot({ 'release:promote': recent, 'app:read': always })
  const planned = stepUpOf(promote, policy)
  expect(planned).toMatchObject({ methods: 'passkey', isCertain: true })
  expect(planned?.calls.map(({ route }) => route)).toEqual(
    expect.arrayContaining([promoteCall.route, 'GET /apps/{app}']),
  )
})

test('values that follow from the arguments are named, and calls that convox repeats are marked', () => {
  const policy = snapshot({ 'service:scale': recent, 'service:restart': recent })
  expect(stepUpOf(['scale', 'worker', '--count', '3', '-a', 'web'], policy)?.calls).toMatchObject([
    { params: { service: 'worker' }, form: { count: '3' }, repeated: false },
  ])
  expect(stepUpOf(['restart', '-a', 'web'], policy)?.calls).toMatchObject([{ params: { app: 'web' }, repeated: true }])
})

test('a build can have the description and the commit of a git repository', () => {
  const policy = snapshot({ 'build:create': recent })
  const form = { description: null, 'git-sha': null }
  expect(stepUpOf(['build', '-a', 'web'], policy)?.calls).toMatchObject([{ form }])
  expect(stepUpOf(['build', '-a', 'web', '-d', 'one'], policy)?.calls).toMatchObject([
    { form: { ...form, description: 'one' } },
  ])
})

test('the words of a command are named', () => {
  const planned = stepUpOf(
    ['run', 'command', 'bin/pre_release', '-a', 'web', '--detach'],
    snapshot({ 'process:run': always }),
  )
  expect(planned?.calls).toContainEqual(expect.objectContaining({ command: ['bin/pre_release'] }))
})

test('the plan of an attached run has its command, even if only the start of the process needs a proof', () => {
  const planned = stepUpOf(['run', 'command', 'bin/pre_release', '-a', 'web'], snapshot({ 'process:run': always }))
  expect(planned?.calls.map(({ route, command }) => [route, command])).toEqual([
    ['POST /apps/{app}/services/{service}/processes', ['sleep', '3600']],
    ['WS /apps/{app}/processes/{pid}/exec', ['bin/pre_release']],
  ])
})

test('other commands need no step-up, and neither do commands under a policy without requirements', () => {
  expect(stepUpOf(['apps'], snapshot({ 'release:promote': recent }))).toBeNull()
  expect(stepUpOf(promote, snapshot({}))).toBeNull()
})

test('an API token needs no step-up, because it is denied', () => {
  const owner = { kind: 'user', id: 'u1', name: 'ada@example.com', bindings: snapshot({}).principal.bindings } as const
  expect(stepUpOf(promote, snapshot({ 'release:promote': recent }, { kind: 'api-token', owner }))).toBeNull()
})
