import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createMachine, type Machine } from '../support/convox/machine.ts'
import { type LoginSystem, startLoginSystem } from '../support/login/login.ts'
import { createProver, type Prover } from '../support/login/second-factor.ts'
import { builtCommand } from '../support/processes.ts'
import { writeStepUpPolicy } from './policy.ts'

const nativeConvox = process.env.CONVOX_BIN ?? null

/** Commands whose changes all need a proof of their own. */
const commands = [
  ['scale', 'web', '--count', '2'],
  ['scale', 'web', '--cpu', '256', '--memory', '512'],
  ['services', 'restart', 'web'],
  ['restart'],
  ['env', 'set', 'COLOR=blue'],
  ['env', 'set', 'COLOR=red', '--promote'],
  ['env', 'unset', 'COLOR'],
  ['releases', 'promote'],
  ['apps', 'params', 'set', 'BuildCpu=512'],
  ['apps', 'lock'],
  ['apps', 'unlock'],
  ['build', '--description', 'a build'],
  ['build', '--description', 'x'.repeat(1_001)],
  ['deploy'],
  ['run', 'command', 'ls', '--cpu', '256'],
  ['run', '--detach', 'command', 'ls'],
  ['exec', 'web', 'ls'],
] as const

describe.skipIf(nativeConvox === null)('with the native convox (runs when CONVOX_BIN names it)', () => {
  const clock = { ahead: 0 }
  let at: LoginSystem
  let admin: Prover
  let user: Machine
  beforeAll(async () => {
    const permissions = ['service:scale', 'service:restart', 'env:write', 'release:create', 'release:promote']
    const more = ['app:update', 'app:lock', 'object:create', 'build:create', 'process:run']
    const names = [...permissions, ...more, 'process:exec', 'process:exec-any', 'process:stop']
    const policyFile = writeStepUpPolicy(
      `version: 1\nstepUp: { rules: { all: { permissions: [${names.join(', ')}], require: { always: any } } } }\n`,
    )
    at = await startLoginSystem({}, { now: () => Date.now() + clock.ahead, policyFile, publicHost: 'localhost' })
    admin = await createProver(at, 'admin', clock)
    user = createMachine(nativeConvox)
    const directory = join(user.home, 'config', 'rack-gateway')
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const url = `http://localhost:${at.system.port}`
    const config = {
      gateways: { staging: { url, rack: 'staging' } },
      sessions: { [url]: { token: admin.program.token } },
      current: 'staging',
    }
    writeFileSync(join(directory, 'config.json'), JSON.stringify(config), { mode: 0o600 })
  })
  afterAll(async () => {
    user?.remove()
    await at?.stop()
  })
  beforeEach(() => {
    // Each code of an authenticator app is valid once.
    clock.ahead += 60_000
  })

  test('one proof is enough for a deployment from a git repository, whose commit convox adds', async () => {
    const asAuthor = '-c user.name=Ada -c user.email=ada@example.com'
    const created = await user.sh(`git init -q . && git add . && git ${asAuthor} commit -q -m first`)
    expect([created.code, created.stderr]).toEqual([0, ''])
    at.system.rack.clearReceived()
    const outcome = await user.run(
      ...builtCommand('rack-gateway', ['--mfa-code', admin.code(), 'deploy', '-a', 'myapp']),
    )
    await user.sh('rm -rf .git')
    expect([outcome.code, outcome.stderr]).toEqual([0, expect.any(String)])
    const build = at.system.rack.received.find(({ method, target }) => method === 'POST' && target.includes('/builds'))
    expect(build?.parameters).toMatchObject({
      description: expect.stringContaining('first'),
      'git-sha': expect.stringMatching(/^[0-9a-f]{40}$/),
    })
  })

  test.each(commands.map((words) => [words.join(' ').slice(0, 60), words] as const))(
    'one proof is enough for: %s',
    async (_, words) => {
      const before = (await at.system.events()).length
      const outcome = await user.run(
        ...builtCommand('rack-gateway', ['--mfa-code', admin.code(), ...words, '-a', 'myapp']),
      )
      const events = (await at.system.events()).slice(before)
      const refused = events.filter(({ decision }) => decision?.effect !== 'allow' && decision !== undefined)
      expect(refused.map(({ route, decision }) => [route, decision])).toEqual([])
      expect([outcome.code, outcome.stderr]).toEqual([0, expect.any(String)])
      expect(events.filter(({ kind }) => kind === 'step-up.proved')).toHaveLength(1)
    },
  )
})
