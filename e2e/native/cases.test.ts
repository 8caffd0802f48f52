import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { freePort } from '@rack-gateway/demo/free-port'
import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createMachine, type Machine } from '../support/convox/machine.ts'
import { type System, startSystem } from '../support/gateway/system.ts'
import { builtCommand } from '../support/processes.ts'
import type { Ended, Program, ProgramOptions } from '../support/program.ts'

const convox = process.env.CONVOX_BIN ?? null

describe.skipIf(convox === null)(
  'the native convox in cases that are difficult to get right (runs when CONVOX_BIN names it)',
  () => {
    let system: System
    let machine: Machine
    let admin: string
    let deployer: string
    beforeAll(async () => {
      system = await startSystem()
      machine = createMachine(convox)
      admin = await system.token('admin')
      deployer = await system.token('deployer')
    })
    afterAll(async () => {
      machine.remove()
      await system.stop()
    })

    function rackUrl(token: string, after = ''): string {
      return `${system.url.replace('://', `://convox:${token}@`)}${after}`
    }
    function as(
      token: string,
      words: readonly string[],
      { env, ...options }: Partial<ProgramOptions> = {},
    ): Promise<Ended> {
      return machine.run('convox', words, { ...options, env: { RACK_URL: rackUrl(token), ...env } })
    }
    function startAs(token: string, words: readonly string[]): Program {
      return machine.start('convox', words, { env: { RACK_URL: rackUrl(token) } })
    }
    async function succeeds(outcome: Promise<Ended>): Promise<string> {
      const { code, stdout, stderr } = await outcome
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      return stdout
    }

    /** What the rack itself has, asked past the gateway. */
    async function atRack(path: string): Promise<unknown> {
      const authorization = basicAuthorization(system.rack.token)
      return (await fetch(`${system.rack.url}${path}`, { headers: { authorization } })).json()
    }
    async function newestEnvironment(): Promise<string[]> {
      const list = await atRack('/apps/myapp/releases?limit=1')
      const id = Array.isArray(list) ? String(list[0].id) : ''
      return environmentOf(id)
    }
    async function environmentOf(release: string): Promise<string[]> {
      const found = await atRack(`/apps/myapp/releases/${release}`)
      return String(Reflect.get(Object(found), 'env'))
        .split('\n')
        .sort()
    }

    describe('an environment', () => {
      test('keeps every secret at the rack when a user who sees masks sets a variable', async () => {
        const before = await newestEnvironment()
        const shown = await succeeds(as(deployer, ['env']))
        expect(shown).toMatch(/^SECRET_KEY_BASE=\[hidden:\w+:[\w-]+\]$/m)
        expect(shown).not.toContain('s3cr3t')
        await succeeds(as(deployer, ['env', 'set', 'NEW=a b=c', 'PLAIN=100% ü']))
        expect(await newestEnvironment()).toEqual(
          [...before.filter((line) => !line.startsWith('PLAIN=')), 'NEW=a b=c', 'PLAIN=100% ü'].sort(),
        )
        await succeeds(as(deployer, ['env', 'unset', 'NEW']))
        expect(await newestEnvironment()).toEqual(
          [...before.filter((line) => !line.startsWith('PLAIN=')), 'PLAIN=100% ü'].sort(),
        )
      })

      test('rejects a mask for another key, and names it', async () => {
        const before = await newestEnvironment()
        const mask = (await succeeds(as(deployer, ['env', 'get', 'SECRET_KEY_BASE']))).trim()
        const { code, stderr } = await as(deployer, ['env', 'set', `PLAIN=${mask}`])
        expect(code).toBe(1)
        expect(stderr).toMatch(/^ERROR: .*PLAIN.*\n$/)
        expect(await newestEnvironment()).toEqual(before)
      })

      test('is restored by a rollback to an old release, with the secrets of that release', async () => {
        const older = idIn(await succeeds(as(admin, ['env', 'set', 'SECRET_KEY_BASE=the-older-secret'])))
        await succeeds(as(admin, ['env', 'set', 'SECRET_KEY_BASE=the-newer-secret', 'LATER=1']))
        await succeeds(as(deployer, ['releases', 'rollback', older]))
        expect(await newestEnvironment()).toEqual(await environmentOf(older))
        expect(await newestEnvironment()).toContain('SECRET_KEY_BASE=the-older-secret')
      })
    })

    describe('a build', () => {
      test('takes arguments with values, a manifest, and a description', async () => {
        const words = [
          '--build-args',
          'A=1',
          '--build-args',
          'B="two words"',
          '-m',
          'deploy/convox.yml',
          '-d',
          'ä build',
        ]
        const said = await succeeds(as(deployer, ['build', ...words]))
        expect(said).toContain('Build complete')
        const parameters = system.rack.received.findLast(({ route }) => route === 'POST /apps/{app}/builds')?.parameters
        expect(parameters).toMatchObject({
          'build-args': 'A=1,B="two words"',
          manifest: 'deploy/convox.yml',
          url: expect.stringMatching(/^object:\/\/myapp\/tmp\/[0-9a-f]+\.tgz$/),
        })
      })

      test.each([
        [['--build-args', 'A=1', '--build-args', 'RACK_URL'], 'build-args must be NAME=value'],
        [['--build-args', 'A=$(RACK_URL)'], 'build-args must be NAME=value'],
        [['-m', '../../../proc/self/environ'], 'manifest must be a relative path'],
      ])('with %j is denied with the reason', async (words, reason) => {
        const { code, stderr } = await as(deployer, ['build', ...words])
        expect([code, stderr]).toEqual([1, expect.stringContaining(reason)])
      })
    })

    describe('a config', () => {
      test('with the list of masked keys can be extended and shortened by a deployer, and loses no key', async () => {
        const listed = () => atRack('/apps/myapp/configs/cli-env-mask')
        for (const [words, value] of [
          [['set', 'RAILS_ENV'], 'RAILS_ENV'],
          [['set', 'PLAIN'], 'PLAIN,RAILS_ENV'],
          [['unset', 'RAILS_ENV'], 'PLAIN'],
        ] as const) {
          const said = await succeeds(as(deployer, ['env', 'mask', ...words]))
          expect(said).not.toContain('Warning')
          expect(await listed()).toMatchObject({ value })
        }
        expect(await succeeds(as(deployer, ['env', 'mask']))).toContain('PLAIN')
      })

      test('cannot be set to the mask that the user sees', async () => {
        await succeeds(as(admin, ['config', 'set', 'c1', '--value', ''], { stdin: 'the-real-value' }))
        const shown = (await succeeds(as(deployer, ['config', 'get', 'c1']))).trim()
        expect(shown).toBe('[hidden]')
        const { code, stderr } = await as(deployer, ['config', 'set', 'c1', '--value', ''], { stdin: `${shown}\n` })
        expect([code, stderr]).toEqual([1, expect.stringMatching(/^ERROR: The value of c1 contains a mask/)])
        expect(await atRack('/apps/myapp/configs/c1')).toMatchObject({ value: 'the-real-value' })
      })
    })

    describe('a process', () => {
      test('transfers files for a deployer unchanged in the service command, and denies it in another service', async () => {
        const id =
          /run-\w+/.exec(await succeeds(as(deployer, ['run', '--detach', 'command', 'rake stripe:prepare'])))?.[0] ?? ''
        const content = randomBytes(100_000)
        writeFileSync(join(machine.project, 'up.bin'), content)
        await succeeds(as(deployer, ['cp', 'up.bin', `${id}:/app/up.bin`]))
        await succeeds(as(deployer, ['cp', `${id}:/app/up.bin`, 'down.bin']))
        expect(readFileSync(join(machine.project, 'down.bin')).equals(content)).toBe(true)
        const [web] = /web-\w+-\w+/.exec(await succeeds(as(deployer, ['ps']))) ?? []
        for (const words of [
          ['cp', 'up.bin', `${web}:/app/up.bin`],
          ['cp', `${web}:/app/up.bin`, 'never.bin'],
        ]) {
          const { code, stderr } = await as(deployer, words)
          expect(code).toBe(1)
          expect(stderr).toMatch(/^ERROR: process:exec-any on myapp .+\(rule [\w-]+\)\n$/)
        }
      })

      test.each([
        [['run', 'command', 'exit 7'], 7],
        [['run', 'command', 'exit 0'], 0],
        [['exec', 'web', 'exit 3'], 3],
        [['exec', 'web', 'exit 255'], 255],
      ])('with the exit status %j causes exit code %i of convox', async (words, code) => {
        expect(await as(admin, words)).toEqual({ code, stdout: '', stderr: '' })
      })

      test('receives all of stdin and its end, and returns all of it', async () => {
        const lines = Array.from({ length: 20_000 }, (_, number) => `line ${number} ü\n`).join('')
        expect(await as(admin, ['run', 'command', 'cat'], { stdin: lines })).toEqual({
          code: 0,
          stdout: lines,
          stderr: '',
        })
      })

      test('is removed when its run ends, and when the run is denied', async () => {
        const before = await atRack('/apps/myapp/processes')
        expect(await as(deployer, ['run', 'command', 'rails console'])).toMatchObject({ code: 1 })
        await succeeds(as(deployer, ['run', 'command', 'bin/pre_release']))
        expect(await atRack('/apps/myapp/processes')).toEqual(before)
      })

      test('rejects a command with shell syntax', async () => {
        const { code, stdout } = await as(deployer, ['run', 'command', 'rake stripe:prepare; sh'])
        expect(code).toBe(1)
        expect(stdout).toMatch(/^ERROR: .+ \(rule command:[^()]+\)\n$/)
        expect(system.rack.received.some(({ command }) => command?.includes('; sh'))).toBe(false)
      })
    })

    describe('a denied handshake', () => {
      let viewer: string
      beforeAll(async () => {
        viewer = await system.token('viewer')
      })

      test('ends a log with exit code 1', async () => {
        expect(await as(viewer, ['rack', 'logs'])).toEqual({
          code: 1,
          stdout: '',
          stderr: 'ERROR: websocket: bad handshake\n',
        })
      })

      test('is reported for each proxied connection, and the proxy continues', async () => {
        const port = await freePort()
        const proxy = startAs(viewer, ['resources', 'proxy', 'database', '-p', `${port}`])
        try {
          await proxy.saw(/proxying/)
          // Convox says so before it listens.
          const connection = () => once(connect(port, '127.0.0.1').resume(), 'close').then(() => 'closed', String)
          for (let count = 0; count < 2; count++) await expect.poll(connection).toBe('closed')
          await proxy.saw(/(?:ERROR: websocket: bad handshake\n.*){2}/s)
        } finally {
          proxy.signal('SIGTERM')
        }
        expect((await proxy.ended).code).toBe(128 + 15)
        expect(await system.lastEvent()).toMatchObject({
          decision: { reason: expect.stringContaining('resource:proxy') },
        })
      })
    })

    test('a denied console shows the reason, and no fields for programs', async () => {
      const { code, stdout, stderr } = await as(deployer, ['resources', 'console', 'database'])
      expect([stdout, stderr]).toEqual([
        expect.stringMatching(/^ERROR: resource:console .+ \(rule no-permission\)\n$/),
        '',
      ])
      // It has no exit code, so convox reports success.
      expect(code).toBe(0)
    })

    describe('a log', () => {
      test('without --follow ends by itself', async () => {
        expect(await succeeds(as(deployer, ['logs', '--no-follow']))).toContain('Booting myapp')
      })

      test('ends with the reason when the session of its reader is revoked', async () => {
        const token = await system.token('viewer')
        const logs = startAs(token, ['logs'])
        await logs.saw(/ tick 1$/m)
        const [session] = (await system.issuer.listSessions()).filter(({ email }) => email === 'viewer@example.com')
        await system.issuer.endSession(session?.id ?? '', 'left the company')
        const { stdout } = await logs.ended
        expect(stdout).toMatch(/^ERROR: .+/m)
      })
    })

    describe('an address', () => {
      test('with a slash at its end is rejected with a hint', async () => {
        const { code, stderr } = await as(deployer, ['apps'], { env: { RACK_URL: rackUrl(deployer, '/') } })
        expect(code).toBe(1)
        expect(stderr).toMatch(/Remove the slash at the end of RACK_URL/)
      })

      test('with a command in its query does not run that command instead', async () => {
        system.rack.clearReceived()
        const env = { RACK_URL: rackUrl(admin, '?command=printenv') }
        expect(await as(admin, ['exec', 'web', 'echo hi'], { env })).toEqual({
          code: 1,
          stdout: expect.stringMatching(/^ERROR: A websocket takes no query, .+\n$/),
          stderr: '',
        })
        expect(system.rack.received.filter(({ command }) => command !== null)).toEqual([])
        expect(await system.lastEvent()).toMatchObject({ decision: { effect: 'deny' }, status: 400 })
      })

      test('with an unknown token is denied without a login prompt', async () => {
        const { code, stderr } = await as('rgs_made-up', ['apps'])
        expect(code).toBe(1)
        expect(stderr).toMatch(/^ERROR: .+\n$/)
      })

      test('cannot set the name that the rack records', async () => {
        system.rack.clearReceived()
        await succeeds(as(deployer, ['apps'], { env: { CONVOX_ACTOR: 'root@example.com' } }))
        await succeeds(as(deployer, ['logs', '--no-follow'], { env: { CONVOX_ACTOR: 'root@example.com' } }))
        const received = JSON.stringify(system.rack.received)
        expect(system.rack.received.length).toBeGreaterThan(1)
        for (const { rawHeaders } of system.rack.received) expect(rawHeaders).toContain('deployer@example.com')
        expect(received).not.toContain('root@example.com')
      })
    })

    describe('through rack-gateway', () => {
      function wrapped(token: string, words: readonly string[], options: Partial<ProgramOptions> = {}): Promise<Ended> {
        const env = { RACK_GATEWAY_URL: system.url, RACK_GATEWAY_TOKEN: token }
        return machine.run(...builtCommand('rack-gateway', words), { ...options, env })
      }

      test('lists the apps of the named rack', async () => {
        expect(await wrapped(deployer, ['apps', '--rack', 'staging'])).toMatchObject({
          code: 0,
          stdout: expect.stringMatching(/^myapp +running/m),
        })
      })

      test('is denied with the same sentence and code', async () => {
        const words = ['apps', 'delete', 'otherapp']
        const direct = await as(deployer, words)
        expect(direct).toMatchObject({ code: 1, stderr: expect.stringContaining('app:delete') })
        expect(await wrapped(deployer, ['--no-precheck', ...words])).toEqual(direct)
      })

      test('is not started if the check before it denies the command', async () => {
        const words = ['apps', 'delete', 'otherapp']
        const { stderr } = await as(deployer, words)
        const sentence = stderr.replace(/^ERROR: /, '').replace(/ \(rule .*\n$/, '')
        expect(sentence).toContain('app:delete')
        expect(await wrapped(deployer, words)).toEqual({
          code: 5,
          stdout: '',
          stderr: expect.stringContaining(`"convox apps delete" was not started: ${sentence}`),
        })
      })

      test('exits as the command in the process does', async () => {
        expect(await wrapped(admin, ['run', 'command', 'exit 7'])).toEqual({ code: 7, stdout: '', stderr: '' })
      })

      test('forwards stdin', async () => {
        expect(await wrapped(admin, ['run', 'command', 'cat'], { stdin: 'line1\nline2\n' })).toMatchObject({
          code: 0,
          stdout: 'line1\nline2\n',
        })
      })

      test('lists the racks if the name is unknown', async () => {
        const { code, stderr } = await wrapped(deployer, ['apps', '--rack', 'mars'])
        expect(code).toBe(1)
        expect(stderr).toMatch(/^ERROR: .*mars.*\n$/)
      })
    })
  },
)

function idIn(stdout: string): string {
  return /\bR[A-Z]{10}\b/.exec(stdout)?.[0] ?? ''
}
