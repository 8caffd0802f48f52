import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startTlsFront } from '../support/connection.ts'
import { type LoginSystem, startLoginSystem } from '../support/login.ts'
import { createMachine, type Machine } from '../support/machine.ts'
import type { Ended } from '../support/program.ts'
import { createProver, type Prover } from '../support/second-factor.ts'
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
    const rack = { RACK_URL: `https://convox:${admin.program.token}@${host()}/rack/staging` }
    const run = (line: string) => machine.sh(`convox ${line}`, { env: rack })
    const refused = await run('builds -a myapp')
    expect(refused.code).toBe(1)
    const [, id = ''] = /\/gateway\/step-up\?id=([0-9a-f-]{36}) in your browser/.exec(refused.stderr) ?? []
    const { json } = await admin.prove(id)
    const activated = await run(`api get /gateway-step-up/${json.result}`)
    expect(activated).toMatchObject({ code: 0, stdout: expect.stringContaining('"proved": true') })
    expect(await run('builds -a myapp')).toMatchObject({ code: 0 })
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
