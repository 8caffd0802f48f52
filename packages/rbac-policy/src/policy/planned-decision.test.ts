import { type CommandContext, planCommand } from '@rack-gateway/convox-api/commands'
import { describe, expect, test } from 'vitest'
import { builtInPolicy, readPolicy } from '../document/document.ts'
import type { Allowed, Decision, Principal, RackCall } from '../model/types.ts'
import type { PolicyDocument } from '../policy-document/policy-document.ts'
import { binding, now, principal, token } from '../testing/calls.ts'
import {
  decidePlanned,
  type EvaluatedScenario,
  evaluatePlanned,
  isAlwaysDenied,
  narrowPlanned,
} from './planned-decision.ts'
import { compilePolicy } from './policy.ts'

const context: CommandContext = { appSetting: null, directory: 'web', rack: 'staging', input: 'terminal' }
const builtIn = builtInPolicy()
const [viewer, deployer, ci] = ['viewer', 'deployer', 'ci'].map((role) => principal([binding(role)]))

interface EvaluationResult {
  readonly route: string
  readonly effect: string
  readonly rule: string
  readonly when: string | null
  readonly otherwise: string | null
}

/** The planned decision about each essential call of a command. */
function decisions(who: Principal | undefined, words: string, document: PolicyDocument = builtIn): EvaluationResult[] {
  const policy = compilePolicy(document)
  const plan = planCommand(words.split(' '), context)
  if (plan.kind !== 'calls' || who === undefined) throw new Error(`${words} makes no call that is known`)
  const question = { policy, document, principal: who, rack: 'staging', at: now, address: null }
  return plan.calls
    .filter(({ essential }) => essential)
    .map((call) => {
      const { decision, when, otherwise } = decidePlanned(question, call)
      const { effect, rule } = decision
      return {
        route: call.route.id,
        effect,
        rule,
        when,
        otherwise: otherwise && `${otherwise.when}: ${otherwise.decision.rule}`,
      }
    })
}

function refused(who: Principal | undefined, words: string, document?: PolicyDocument): string[] {
  return decisions(who, words, document).flatMap(({ effect, rule }) => (effect === 'deny' ? [rule] : []))
}

describe('a denial is certain', () => {
  test.each<[Principal | undefined, string, string[]]>([
    [viewer, 'releases promote R1', ['no-permission']],
    [viewer, 'exec web-1 ls', ['no-permission']],
    [deployer, 'exec web-1 ls', ['command:no-rule']],
    [deployer, 'run --detach command rails console', ['command:no-rule']],
    [deployer, 'run web bin/pre_release', ['command:run-service', 'command:no-rule']],
    [deployer, 'rack params set a=b', ['blocked:PUT /system']],
    [viewer, 'exec build ls', ['blocked:build']],
  ])('%#', (who, words, rules) => {
    expect(refused(who, words)).toEqual(rules)
  })

  test('for a command that a prefix does not allow', () => {
    const { document } = readPolicy(
      'version: 1\ncommands: { rules: { reports: { run: rake reports:*, roles: [deployer] } } }',
      'policy.yaml',
    )
    if (document === null) throw new Error('the document is valid')
    expect(refused(deployer, 'run --detach command rake reports:daily', document)).toEqual([])
    for (const words of ['rake reports:', 'rake reports:*', 'rake reports:daily x', 'rake reports:a=b'])
      expect(refused(deployer, `run --detach command ${words}`, document)).toEqual(['command:no-rule'])
  })

  test('for parameters that the gateway rejects for every principal', () => {
    const admin = principal([binding('admin')])
    expect(refused(admin, 'run --node-labels a=b --detach command bin/pre_release')).toEqual(['refused-header'])
    expect(refused(admin, 'rack params set a=b')).toEqual(['blocked:PUT /system'])
  })
})

describe('an unknown fact of the rack never leads to a certain denial', () => {
  test.each<[Principal | undefined, string, string | null]>([
    [deployer, 'exec web-1 bin/pre_release', 'it is a process of another service: no-permission'],
    [ci, 'exec web-1 bin/pre_release', 'it is not a process of your own run: no-permission'],
    [viewer, 'ps stop web-1', 'it is not a process of your own run: no-permission'],
    [ci, 'env set A=b', 'the environment changes: no-permission'],
    [deployer, 'run --detach --release R1 command bin/pre_release', null],
  ])('%#', (who, words, otherwise) => {
    expect(refused(who, words).filter((rule) => rule !== 'no-permission')).toEqual([])
    const open = decisions(who, words).flatMap((decision) => decision.otherwise ?? [])
    expect(open).toEqual(otherwise === null ? [] : [otherwise])
  })

  test('a service that only a rule names', () => {
    const rule = { id: 'peek', argv: ['peek'], services: ['worker'], roles: ['deployer'] }
    const document = {
      ...builtIn,
      roles: builtIn.roles.map((role) =>
        role.name === 'deployer' ? { ...role, permissions: [...role.permissions, 'process:exec-any'] } : role,
      ),
      commands: [rule],
    }
    expect(refused(deployer, 'exec w-1 peek')).toEqual(['command:no-rule'])
    expect(refused(deployer, 'exec w-1 peek', document)).toEqual([])
  })

  test('a release that could be the newest one', () => {
    const document = {
      ...builtIn,
      commands: builtIn.commands.map((rule) => ({ ...rule, releases: 'newest' as const })),
    }
    expect(decisions(deployer, 'run --detach --release R1 command bin/pre_release', document)).toEqual([
      expect.objectContaining({
        effect: 'allow',
        otherwise: 'the release is not the newest one: command:options',
      }),
    ])
  })

  test('the way a command is started, unless it is detached', () => {
    const document = {
      ...builtIn,
      commands: builtIn.commands.map((rule) => ({ ...rule, interactive: true })),
    }
    expect(refused(deployer, 'run command bin/pre_release', document)).toEqual([])
    expect(refused(deployer, 'run --detach command bin/pre_release', document)).toEqual(['command:options'])
  })

  test('the address of the caller', () => {
    const [deployerRole] = builtIn.roles.filter(({ name }) => name === 'deployer')
    const document = {
      ...builtIn,
      roles: builtIn.roles.map((role) =>
        role === deployerRole ? { ...role, when: [{ addresses: ['192.0.2.0/24'] }] } : role,
      ),
    }
    expect(refused(deployer, 'releases promote R1', document)).toEqual([])
  })
})

test('a protected key can be set to its current value', () => {
  const document = { ...builtIn, protectedKeys: ['PINNED'] }
  const [decision] = decisions(deployer, 'env set PINNED=1', document).filter(({ otherwise }) => otherwise !== null)
  expect(decision).toMatchObject({ effect: 'allow', otherwise: 'the environment changes: protected-key' })
})

describe('a proxy', () => {
  const bound = (role: string, apps = '*') => principal([binding(role, { apps })])
  const custom = {
    ...builtIn,
    roles: [...builtIn.roles, { name: 'tunnels', description: '', permissions: ['proxy:open'] }],
    proxyHosts: ['db.internal'],
  }

  function isCertainDenial(
    words: string,
    who: ReturnType<typeof principal>,
    document: PolicyDocument = builtIn,
  ): boolean {
    const policy = compilePolicy(document)
    const plan = planCommand(words.split(' '), context)
    const calls = plan.kind === 'calls' ? plan.calls.filter(({ route }) => route.permission === 'proxy:open') : []
    expect(calls).toHaveLength(1)
    const question = { policy, document, principal: who, rack: 'staging', at: now, address: null }
    return calls.every((call) => isAlwaysDenied(decidePlanned(question, call), call, question))
  }

  test.each(['resources proxy db', 'proxy db.internal:5432', 'proxy api:5443'])(
    '%s is denied before the call to a caller who cannot open a proxy to any resource, because no fact of the rack allows it',
    (words) => {
      expect(isCertainDenial(words, principal([]))).toBe(true)
      expect(isCertainDenial(words, bound('viewer'))).toBe(true)
      expect(isCertainDenial(words, bound('ci', 'web'))).toBe(true)
    },
  )

  test.each(['resources proxy db', 'proxy db.internal:5432', 'proxy api:5443'])(
    '%s is not denied before the call to a caller who can open a proxy to some resource, because only the rack knows the addresses',
    (words) => {
      expect(isCertainDenial(words, bound('ops'))).toBe(false)
      expect(isCertainDenial(words, bound('deployer', 'elsewhere'))).toBe(false)
      expect(isCertainDenial(words, bound('admin'))).toBe(false)
    },
  )

  test('to an address in the policy needs no resource', () => {
    expect(isCertainDenial('proxy db.internal:5432', bound('tunnels'), custom)).toBe(false)
    expect(isCertainDenial('resources proxy db', bound('tunnels'), custom)).toBe(false)
    expect(isCertainDenial('proxy other.internal:5432', bound('tunnels'), custom)).toBe(true)
  })
})

describe('step-ups', () => {
  function read(line: string): PolicyDocument {
    const { document, problems } = readPolicy(`version: 1\n${line}\n`, 'policy.yaml')
    if (document === null) throw new Error(problems.map(({ text }) => text).join('; '))
    return document
  }

  const document = read(
    'stepUp: { rules: { release-create: { permissions: [release:create], require: { recent: 10m } }, env-write: { permissions: [env:write], require: always } } }',
  )

  test('with different levels are different outcomes, the weakest first', () => {
    const policy = compilePolicy(document)
    const plan = planCommand(['env', 'set', 'A=b'], context)
    const call =
      plan.kind === 'calls' ? plan.calls.find(({ route }) => route.id === 'POST /apps/{app}/releases') : undefined
    if (call === undefined || deployer === undefined) throw new Error('env set creates a release')
    const planned = decidePlanned(
      { policy, document, principal: deployer, rack: 'staging', at: now, address: null },
      call,
    )
    expect(planned).toMatchObject({
      decision: { effect: 'require', level: { kind: 'recent' } },
      when: 'the environment stays as it is',
      otherwise: { when: 'the environment changes', decision: { effect: 'require', level: { kind: 'always' } } },
    })
    expect(
      isAlwaysDenied(planned, call, { policy, principal: deployer, rack: 'staging', at: now, address: null }),
    ).toBe(false)
  })

  test('are not a certain denial for a user, but are one for a token', () => {
    const promotion = read(
      'stepUp: { rules: { release-promote: { permissions: [release:promote], require: always } } }',
    )
    expect(refused(deployer, 'releases promote R1', promotion)).toEqual([])
    const robot = token([binding('deployer')], [binding('deployer')])
    expect(refused(robot, 'releases promote R1', promotion)).toEqual(['step-up:rule release-promote'])
  })
})

describe('narrowPlanned', () => {
  type Narrow = (call: RackCall, decision: Allowed) => Decision

  async function narrowed(words: string, narrow: Narrow) {
    const policy = compilePolicy(builtIn)
    const plan = planCommand(words.split(' '), context)
    if (plan.kind !== 'calls' || deployer === undefined) throw new Error(`${words} makes no call that is known`)
    const question = { policy, document: builtIn, principal: deployer, rack: 'staging', at: now, address: null }
    const call = plan.calls.findLast(({ essential }) => essential)
    if (call === undefined) throw new Error(`${words} makes no essential call`)
    const asked: RackCall[] = []
    const result = await narrowPlanned(evaluatePlanned(question, call), async (hypothetical, decision) => {
      asked.push(hypothetical)
      return narrow(hypothetical, decision)
    })
    return { asked, result, before: decidePlanned(question, call) }
  }

  const objecting = (decision: Allowed, effect: 'deny' | 'require'): Decision => {
    const said = { ...decision, rule: 'package:p:no', reason: 'No.', remedy: 'Wait.' }
    return effect === 'deny' ? { ...said, effect } : { ...said, effect, granted: decision, requirement: 'approval' }
  }

  test('returns the same decision without an objection', async () => {
    const { asked, result, before } = await narrowed('exec web-1 bin/pre_release', (_, decision) => decision)
    expect(result).toEqual(before)
    expect(asked).toHaveLength(1)
  })

  test('denies if every scenario is denied, and does not ask packages about calls that the policy denies', async () => {
    const { asked, result } = await narrowed('exec web-1 bin/pre_release', (_, decision) => objecting(decision, 'deny'))
    expect(result).toMatchObject({ decision: { effect: 'deny', rule: 'package:p:no' }, when: null, otherwise: null })
    expect(new Set(asked.map(({ process }) => process?.service))).not.toContain('(another)')
  })

  test('is conditional if only one scenario is denied', async () => {
    const { result } = await narrowed('env set A=b C=d', ({ environment }, decision) =>
      environment?.changed.includes('C') ? objecting(decision, 'deny') : decision,
    )
    expect(result).toMatchObject({
      decision: { effect: 'allow' },
      when: 'the environment stays as it is',
      otherwise: { when: 'the environment changes', decision: { rule: 'package:p:no' } },
    })
  })

  test('prefers a requirement to a denial', async () => {
    const { result } = await narrowed('exec web-1 bin/pre_release', (_, decision) => objecting(decision, 'require'))
    expect(result).toMatchObject({
      decision: { effect: 'require', requirement: 'approval' },
      otherwise: { decision: { effect: 'deny', rule: 'no-permission' } },
    })
  })

  test('takes no further scenario once the outcome is known', async () => {
    const scenario = (effect: 'allow' | 'deny') =>
      ({ when: effect, call: null, decision: { effect } }) as unknown as EvaluatedScenario
    let taken = 0
    async function* scenarios() {
      for (const effect of ['deny', 'deny', 'allow', 'allow', 'deny'] as const) {
        taken += 1
        yield scenario(effect)
      }
    }
    const { decision, otherwise } = await narrowPlanned(scenarios(), async (_, allowed) => allowed)
    expect([decision.effect, otherwise?.decision.effect, taken]).toEqual(['allow', 'deny', 3])
  })

  test('many keys of an environment are three scenarios, not one each', async () => {
    const words = `env set ${Array.from({ length: 500 }, (_, key) => `K${key}=1`).join(' ')}`
    const { asked } = await narrowed(words, (_, decision) => objecting(decision, 'deny'))
    expect(asked.length).toBeLessThanOrEqual(4)
  })
})

describe('on a rack in observe mode', () => {
  const policy = compilePolicy(builtIn, { observes: () => true })
  function planned(who: Principal | undefined, words: string) {
    const plan = planCommand(words.split(' '), context)
    if (plan.kind !== 'calls' || who === undefined) throw new Error(`${words} makes no call that is known`)
    const question = { policy, document: builtIn, principal: who, rack: 'staging', at: now, address: null }
    return plan.calls
      .filter(({ essential }) => essential)
      .map((call) => ({ call, question, ...decidePlanned(question, call) }))
  }

  test('a call that only observe mode allows has the decision that is not enforced', () => {
    const promote = planned(viewer, 'releases promote R1').find(
      ({ call }) => call.route.permission === 'release:promote',
    )
    expect(promote).toMatchObject({
      decision: { effect: 'allow', wouldBe: { effect: 'deny', rule: 'no-permission' } },
      otherwise: null,
    })
    expect(promote && isAlwaysDenied(promote, promote.call, promote.question)).toBe(false)
  })

  test('facts of the rack count as if the caller had the permission', () => {
    const { document } = readPolicy('version: 1\nprotected: { environment: [SECRET_*] }', 'policy.yaml')
    if (document === null) throw new Error('the document is valid')
    const strict = compilePolicy(document, { observes: () => true })
    const plan = planCommand(['env', 'set', 'SECRET_X=1'], context)
    if (plan.kind !== 'calls' || viewer === undefined) throw new Error('the command makes calls')
    const release = plan.calls.find(({ route }) => route.permission === 'release:create')
    if (release === undefined) throw new Error('the command creates a release')
    const question = { policy: strict, document, principal: viewer, rack: 'staging', at: now, address: null }
    expect(decidePlanned(question, release)).toMatchObject({
      decision: { effect: 'allow', wouldBe: { rule: 'no-permission' } },
      otherwise: { when: 'the environment changes', decision: { effect: 'deny', rule: 'protected-key' } },
    })
  })

  test('the better outcome is the one that the policy allows, too', () => {
    const [exec] = planned(deployer, 'exec web-1 bin/pre_release')
    expect(exec).toMatchObject({
      decision: { effect: 'allow', rule: 'command:pre-release' },
      otherwise: { decision: { effect: 'allow', rule: 'observe-mode' } },
    })
  })
})
