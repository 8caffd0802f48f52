import { rackRoutes } from '@rack-gateway/convox-api'
import {
  type Condition,
  type PolicyDocument,
  type PolicyRule,
  permissions,
  type StepUpLevel,
  type StepUpRule,
} from '@rack-gateway/rbac-policy'
import { builtInPolicy } from '@rack-gateway/rbac-policy/document'
import fc from 'fast-check'

/** Beside those of the built-in policy. */
export const customRole = 'crew'

const base = builtInPolicy()
const roleNames = [...base.roles.map(({ name }) => name), customRole]
const always = { from: '00:00', to: '24:00', zone: 'UTC' } as const
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
const notToday = { ...always, days: days.filter((_, day) => day !== new Date().getUTCDay()) }

const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.constantFrom<Condition>(
    { time: [always] },
    { time: [notToday] },
    { addresses: ['127.0.0.0/8'] },
    { addresses: ['203.0.113.0/24'] },
    { racks: ['staging'] },
    { racks: ['prod*'] },
    { apps: ['my*'] },
    { callers: ['user'] },
    { callers: ['api-token'] },
  ),
)
const perhaps = fc.option(fc.array(condition, { minLength: 1, maxLength: 2 }), { freq: 2 })

const permission = fc.oneof(
  fc.constantFrom(...permissions.map(({ name }) => name)),
  fc.constantFrom('app:*', 'process:*', 'release:*', 'build:*', 'env:*', '*:list', '*:read'),
)

const word = fc.constantFrom('rake', 'db:migrate', 'bin/pre_release', 'ls')
const rule: fc.Arbitrary<Omit<PolicyRule, 'id'>> = fc.record(
  {
    argv: fc.array(fc.oneof(word, fc.constant(['ls', 'rake'] as const)), { minLength: 1, maxLength: 2 }),
    services: fc.constantFrom(['command'], ['web'], ['*'], ['worker', 'command']),
    roles: fc.subarray(roleNames, { minLength: 1 }),
    apps: fc.constantFrom(['*'], ['myapp'], ['other*']),
    racks: fc.constantFrom(['*'], ['staging'], ['prod*']),
    modes: fc.subarray(['attached', 'detached', 'exec'] as const, { minLength: 1 }),
    interactive: fc.boolean(),
    entrypoint: fc.boolean(),
    releases: fc.constantFrom('newest', 'any'),
    when: fc.array(condition, { minLength: 1, maxLength: 1 }),
  },
  { requiredKeys: ['argv', 'services', 'roles'] },
)

const level: fc.Arbitrary<StepUpRule> = fc.record({
  level: fc.constantFrom<StepUpLevel | null>(
    null,
    { kind: 'recent', within: 600_000 },
    { kind: 'always', methods: 'any' },
    { kind: 'always', methods: 'passkey' },
  ),
  except: fc.constantFrom<string[]>([], ['token:x (caller-0@example.com)'], ['service-account:x']),
})
const lists = fc
  .record({
    permissions: fc.option(
      fc.subarray(['release:promote', 'process:exec', 'app:*', '*:read', 'env:write'], { minLength: 1, maxLength: 2 }),
      { nil: undefined },
    ),
    racks: fc.constantFrom(undefined, undefined, ['staging'], ['prod*']),
    apps: fc.constantFrom(undefined, undefined, ['my*'], ['otherapp']),
  })
  .filter(({ permissions: named, racks, apps }) => (named ?? racks ?? apps) !== undefined)
  .map((all) => Object.fromEntries(Object.entries(all).filter(([, list]) => list !== undefined)))
const stepUpRules = fc
  .array(fc.tuple(lists, level), { maxLength: 6 })
  .map((rules) => rules.map(([named, requirement], at) => ({ id: `rule-${at}`, ...named, ...requirement })))

/** Mostly nothing. */
const stepUp = fc.oneof(
  { weight: 2, arbitrary: fc.constant(base.stepUp) },
  {
    weight: 1,
    arbitrary: fc.record({
      rules: stepUpRules,
      management: fc.constant(null),
      enrollBy: fc.constantFrom(null, null, 0),
    }),
  },
)

/** The built-in policy with roles, rules, conditions, step-ups and blocks of chance. */
export const anyPolicy: fc.Arbitrary<PolicyDocument> = fc
  .record({
    crew: fc.array(permission, { minLength: 1, maxLength: 25 }),
    crewWhen: perhaps,
    when: fc.dictionary(
      fc.constantFrom('viewer', 'ops', 'deployer', 'ci'),
      fc.array(condition, { minLength: 1, maxLength: 1 }),
      { maxKeys: 1 },
    ),
    rules: fc.array(rule, { maxLength: 4 }),
    ownRules: fc.boolean(),
    runServices: fc.constantFrom(['command'], ['command', 'web'], []),
    blocked: fc.subarray(
      rackRoutes.map(({ id }) => id).filter((id) => id !== 'GET /check'),
      { maxLength: 3 },
    ),
    protectedKeys: fc.constantFrom([], ['PINNED'], ['A*']),
    crewStepUp: fc.option(level, { freq: 2 }),
    stepUp,
  })
  .map(({ crew, crewWhen, when, rules, ownRules, runServices, blocked, protectedKeys, crewStepUp, stepUp: steps }) => ({
    ...base,
    source: 'generated',
    roles: [
      ...base.roles.map((role) => (when[role.name] === undefined ? role : { ...role, when: when[role.name] ?? [] })),
      {
        name: customRole,
        description: '',
        permissions: crew,
        ...(crewWhen !== null && { when: crewWhen }),
        ...(crewStepUp !== null && { stepUp: [{ role: customRole, ...crewStepUp }] }),
      },
    ],
    commands: [...rules.map((one, at) => ({ id: `rule-${at}`, ...one })), ...(ownRules ? [] : base.commands)],
    runServices,
    blocked: [
      ...base.blocked,
      ...blocked
        .filter((route) => !base.blocked.some((one) => one.route === route))
        .map((route) => ({ route, reason: 'It is closed.', next: 'Ask.' })),
    ],
    protectedKeys,
    stepUp: steps,
  }))
