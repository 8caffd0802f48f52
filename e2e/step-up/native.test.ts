import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { freePort } from '@rack-gateway/demo/free-port'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startTlsFront } from '../support/callers/connection.ts'
import { createMachine, type Machine } from '../support/convox/machine.ts'
import { type LoginSystem, startLoginSystem } from '../support/login/login.ts'
import { createProver, type Prover } from '../support/login/second-factor.ts'
import type { Ended } from '../support/program.ts'
import { writeStepUpPolicy } from './policy.ts'

const convox = process.env.CONVOX_BIN ?? null

describe.skipIf(convox === null)('the native convox proves a second factor (runs when CONVOX_BIN names it)', () => {
  const clock = { ahead: 0 }
  let at: LoginSystem
  let admin: Prover
  let front: Awaited<ReturnType<typeof startTlsFront>>
  let machine: Machine
  beforeAll(async () => {
    at = await startLoginSystem({}, { now: () => Date.now() + clock.ahead, policyFile: writeStepUpPolicy() })
    admin = await createProver(at, 'admin', clock)
    front = await startTlsFront(at.system.url)
  })
  beforeEach(() => {
    machine = createMachine(convox)
    // No earlier proof counts.
    clock.ahead += 11 * 60_000
  })
  afterEach(() => {
    machine.remove()
    at.system.rack.clearReceived()
  })
  afterAll(async () => {
    await front.stop()
    await at.stop()
  })

  const host = () => new URL(front.url).host
  const received = () => at.system.rack.received.map(({ method, target }) => `${method} ${target}`)
  const changes = () => received().filter((line) => !line.startsWith('GET'))

  async function logIn(): Promise<void> {
    for (const line of [`login ${host()} -t ${admin.program.token}`, 'switch staging'])
      expect(await machine.sh(`convox ${line}`)).toMatchObject({ code: 0 })
  }

  const browserless = { env: { BROWSER: 'true' } }
  const link = /https:\/\/\S+\/login\/u2f\S+/

  /** Runs a command of console mode, and does in the browser what its person does. */
  async function runAndProve(line: string): Promise<Ended & { readonly proofs: number }> {
    const program = machine.start('/bin/sh', ['-c', `exec convox ${line}`], browserless)
    const [address] = await program.saw(link)
    const { searchParams } = new URL(address)
    const { status, json } = await admin.prove(Buffer.from(searchParams.get('token') ?? '', 'base64').toString())
    expect(status).toBe(201)
    const data = Buffer.from(String(json.result)).toString('base64')
    await (await fetch(`${searchParams.get('callback_url')}/?data=${encodeURIComponent(data)}`)).text()
    const ended = await program.ended
    return { ...ended, proofs: ended.stdout.match(new RegExp(link, 'g'))?.length ?? 0 }
  }

  test.each([
    ['a GET', 'builds -a myapp', 'GET /apps/myapp/builds'],
    ['a POST without a body', 'services restart web -a myapp', 'POST /apps/myapp/services/web/restart'],
    ['a form', 'apps lock -a myapp', 'PUT /apps/myapp'],
  ])('%s continues automatically in console mode', async (_, line, call) => {
    await logIn()
    const ended = await runAndProve(line)
    expect([ended.code, ended.proofs, ended.stderr]).toEqual([0, 1, ''])
    expect(received().filter((one) => one.startsWith(call))).toHaveLength(1)
    const body = at.system.rack.received.find(({ target }) => target.startsWith('/apps/myapp?'))?.body
    if (!line.startsWith('apps lock')) return
    expect(body?.bytes.toString()).toBe('lock=true')
    expect(await machine.sh('convox apps unlock -a myapp')).toMatchObject({ code: 0 })
  })

  test('the proof counts for later commands of the same machine, and for no other', async () => {
    await logIn()
    await runAndProve('builds -a myapp')
    expect(await machine.sh('convox builds -a myapp')).toMatchObject({ code: 0, stderr: '' })
    const before = received().length
    const other = createMachine(convox)
    try {
      for (const line of [`login ${host()} -t ${admin.program.token}`, 'switch staging'])
        await other.sh(`convox ${line}`)
      const thief = other.start('/bin/sh', ['-c', 'exec convox builds -a myapp'], browserless)
      await thief.saw(link)
      thief.signal('SIGTERM')
      await thief.ended
    } finally {
      other.remove()
    }
    expect(received()).toHaveLength(before)
  })

  test('an upload names the command that proves, and arrives whole after it', async () => {
    await logIn()
    const refused = await machine.sh('convox build -a myapp')
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Run: convox api get /gateway-step-up, then repeat the command.'),
    })
    expect(changes()).toEqual([])
    expect(await runAndProve('api get /gateway-step-up')).toMatchObject({ code: 0, proofs: 1 })
    expect(await machine.sh('convox build -a myapp')).toMatchObject({ code: 0, stderr: '' })
    const upload = at.system.rack.received.find(({ target }) => target.includes('/objects/tmp/'))
    const length = upload?.rawHeaders.findIndex((name) => name.toLowerCase() === 'content-length') ?? -1
    expect(upload?.body.length).toBe(Number(upload?.rawHeaders[length + 1]))
  })

  test('an import from stdin never arrives cut off', async () => {
    await logIn()
    const file = join(machine.home, 'build.tgz')
    await runAndProve('api get /gateway-step-up')
    expect(
      await machine.sh(`convox builds export $(convox builds -a myapp | awk 'NR==2{print $1}') -a myapp -f ${file}`),
    ).toMatchObject({ code: 0 })
    clock.ahead += 11 * 60_000
    at.system.rack.clearReceived()
    const refused = await machine.sh(`convox builds import -a myapp < ${file}`)
    expect(refused.stderr).toContain('Run: convox api get /gateway-step-up')
    expect(changes()).toEqual([])
    await runAndProve('api get /gateway-step-up')
    expect(await machine.sh(`convox builds import -a myapp < ${file}`)).toMatchObject({ code: 0 })
    const imported = at.system.rack.received.find(({ target }) => target.includes('/builds/import'))
    expect(imported?.body.length).toBe(readFileSync(file).length)
  })

  test('with RACK_URL, the refusal names the page, and its code activates the proof', async () => {
    const { run, activate } = withRackUrl()
    const refused = await run('builds -a myapp')
    expect(refused.code).toBe(1)
    await activate(refused)
    expect(await run('builds -a myapp')).toMatchObject({ code: 0 })
  })

  function withRackUrl() {
    const rack = { RACK_URL: `https://convox:${admin.program.token}@${host()}/rack/staging` }
    const run = (line: string) => machine.sh(`convox ${line}`, { env: rack })
    /** Does what the error of a denied command says. */
    async function activate({ stderr, stdout }: Ended): Promise<void> {
      const [, id = ''] = /\/gateway\/step-up\?id=([0-9a-f-]{36}) in your browser/.exec(stderr + stdout) ?? []
      const { json } = await admin.prove(id)
      expect(await run(`api get /gateway-step-up/${json.result}`)).toMatchObject({ code: 0 })
    }
    return { rack, run, activate }
  }

  describe('apps import', () => {
    let archive: string
    beforeEach(async () => {
      await logIn()
      archive = join(machine.home, 'app.tgz')
      await runAndProve('api get /gateway-step-up')
      expect(await machine.sh(`convox apps export myapp -f ${archive}`)).toMatchObject({ code: 0 })
      clock.ahead += 11 * 60_000
      at.system.rack.clearReceived()
    })

    /** Imports the resource that the error names, as the documentation says. */
    async function importRest(app: string, options: string, env = {}): Promise<void> {
      expect(await machine.sh(`tar xzf ${archive} -C ${machine.home}`)).toMatchObject({ code: 0 })
      const line = `convox resources import database -f ${machine.home}/resources/database.tgz -a ${app}${options}`
      expect(await machine.sh(line, { env })).toMatchObject({ code: 0 })
      expect(changes().filter((one) => one.includes(`/apps/${app}/resources/`))).toEqual([
        `PUT /apps/${app}/resources/database/data?`,
      ])
    }

    test('after convox login ends with the exact command for the rest', async () => {
      const ended = await runAndProve(`apps import copy -f ${archive}`)
      expect([ended.code, ended.proofs]).toEqual([1, 1])
      expect(ended.stderr).toContain(
        'Run: convox api get /gateway-step-up, then run: convox resources import database -f FILE -a copy -r gateway/staging. Do not repeat "convox apps import": FILE is resources/database.tgz in its archive.',
      )
      expect(await runAndProve('api get /gateway-step-up')).toMatchObject({ code: 0, proofs: 1 })
      await importRest('copy', ' -r gateway/staging')
    })

    test('with RACK_URL ends with the exact command for the rest', async () => {
      const { rack, run, activate } = withRackUrl()
      const line = `apps import copy2 -f ${archive}`
      const first = await run(line)
      expect([first.code, first.stderr]).toEqual([1, expect.stringContaining('Then repeat the command.')])
      expect(changes()).toEqual([])
      await activate(first)
      const ended = await run(line)
      expect(ended.code).toBe(1)
      expect(ended.stderr).toContain('Then run: convox resources import database -f FILE -a copy2. Do not repeat')
      await activate(ended)
      await importRest('copy2', '', rack)
    })
  })

  test.each(['in console mode', 'with RACK_URL'])('a proxy %s gives its client no bytes', async (mode) => {
    await logIn()
    const env = mode === 'with RACK_URL' ? withRackUrl().rack : {}
    for (const command of ['resources proxy database -a myapp -p', 'proxy']) {
      const port = await freePort()
      const where = command === 'proxy' ? `${port}:resource-database.staging-myapp.svc.cluster.local:5432` : `${port}`
      const proxy = machine.start('/bin/sh', ['-c', `exec convox ${command} ${where}`], { env })
      try {
        await proxy.saw(/proxying/)
        const bytes = async () => {
          const received: Buffer[] = []
          const socket = connect(port, '127.0.0.1').on('data', (data) => received.push(data))
          await once(socket, 'close')
          return Buffer.concat(received).toString()
        }
        // convox says that it listens shortly before it does.
        await expect.poll(() => bytes().catch(() => null)).toBe('')
        await proxy.saw(/ERROR: websocket: bad handshake/)
      } finally {
        proxy.signal('SIGTERM')
        await proxy.ended
      }
      expect(await at.system.lastEvent()).toMatchObject({ status: 403, decision: { effect: 'require' } })
    }
  })

  test('a deploy whose promotion needs a proof names only the promotion', async () => {
    const { run, activate } = withRackUrl()
    await activate(await run('build -a myapp'))
    const build = machine.start('/bin/sh', ['-c', 'exec convox deploy -a myapp'], { env: withRackUrl().rack })
    await build.saw(/Starting build/)
    // The build takes longer than the proof is valid.
    await expect.poll(() => changes().filter((line) => line.startsWith('POST /apps/myapp/builds?'))).toHaveLength(1)
    clock.ahead += 11 * 60_000
    const ended = await build.ended
    const [, release = ''] = /Then run: convox releases promote (\w+) -a myapp\. \(rule/.exec(ended.stderr) ?? []
    expect([ended.code, release]).toEqual([1, expect.stringMatching(/^R/)])
    await activate(ended)
    expect(await run(`releases promote ${release} -a myapp`)).toMatchObject({ code: 0 })
    expect(changes().filter((line) => line.startsWith('POST /apps/myapp/builds?'))).toHaveLength(1)
  })

  test('after a proof in advance, a captured list has no link to a page', async () => {
    await logIn()
    await runAndProve('api get /gateway-step-up')
    const ended = await machine.sh('X=$(convox builds -a myapp); printf %s "$X"')
    expect(ended.stdout).toMatch(/^ID /)
    expect(ended.stdout).not.toContain('http')
  })

  const refusedStreams = [
    ['exec web "bin/pre_release" -a myapp', 'exec', /^ERROR: .*Repeat the command\. Then convox asks for the proof\./],
    ['logs --no-follow -a myapp', '/apps/myapp/logs', /^ERROR: websocket: bad handshake\n$/],
    ['rack logs --no-follow', '/system/logs', /^ERROR: websocket: bad handshake\n$/],
  ] as const
  test.each(refusedStreams)('%s exits with 1, and asks for the proof when it is repeated', async (line, path, said) => {
    await logIn()
    const refused = await machine.sh(`convox ${line}`)
    expect([refused.code, refused.stdout + refused.stderr]).toEqual([1, expect.stringMatching(said)])
    expect(received().filter((one) => one.includes(path))).toEqual([])
    const ended = await runAndProve(line)
    expect([ended.code, ended.proofs, ended.stderr]).toEqual([0, 1, ''])
    expect(received().filter((one) => one.includes(path))).toHaveLength(1)
  })
})
