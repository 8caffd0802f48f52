import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { callManagementApi } from '@rack-gateway/testing/management-api'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { writeStepUpPolicy } from '../step-up/policy.ts'
import { createMachine, type Machine } from '../support/convox/machine.ts'
import { totpCode } from '../support/login/second-factor.ts'
import { sessionOf } from '../support/login/session-of.ts'
import { addVirtualAuthenticator } from '../support/login/virtual-authenticator.ts'
import { describeInChromium, lookAt, startWebConsole, type WebConsole } from '../support/web-console.ts'

const calls = [
  { rack: 'production', app: 'web', route: 'DELETE /apps/{app}', command: ['apps', 'delete', 'web'] },
  {
    rack: 'production',
    app: 'web',
    route: 'PUT /apps/{app}/services/{service}',
    params: { service: 'worker' },
    form: { count: '2', memory: null },
    headers: {},
    query: {},
  },
  { rack: 'production', app: 'web', route: 'POST /apps/{app}/services/{service}/restart', repeated: true },
  { rack: 'production', app: 'web', route: 'GET /apps/{app}' },
]

const convox = process.env.CONVOX_BIN ?? null

const runCall = {
  rack: 'staging',
  app: 'myapp',
  route: 'POST /apps/{app}/services/{service}/processes',
  params: { app: 'myapp', service: 'web' },
}

describeInChromium('second factors in the web console', () => {
  let at: WebConsole
  let admin: Page
  /** The session of a program of the administrator. */
  let program: { readonly id: string; readonly token: string }
  const clock = { ahead: 0 }
  const codes: { all: readonly string[]; used: number; totp: string } = { all: [], used: 0, totp: '' }

  beforeAll(async () => {
    at = await startWebConsole({
      publicHost: 'localhost',
      now: () => Date.now() + clock.ahead,
      policyFile: writeStepUpPolicy(),
    })
    admin = await at.open('admin', '/gateway/access')
    program = await sessionOf(at.at.system, 'admin')
    await addVirtualAuthenticator(admin)
  })
  afterAll(() => at.stop())

  const open = (page: Page, path: string) => page.goto(`${at.url}/gateway${path}`)
  const confirm = (page: Page) => page.getByRole('dialog', { name: 'Confirm with a second factor' })
  const row = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name })
  const api = (method: string, path: string, body?: unknown, token = program.token) =>
    callManagementApi({ url: at.at.system.url, host: new URL(at.url).host }, token, method, path, body)
  /** A code that was not used yet. */
  const totp = () => {
    clock.ahead += 30_000
    return totpCode(codes.totp, Date.now() + clock.ahead)
  }
  const ask = async (delivery: 'callback' | 'response' = 'callback', token = program.token) => {
    const asked = await api('POST', '/step-ups', { delivery, calls }, token)
    expect([asked.status, asked.body]).toEqual([201, expect.stringContaining('"id"')])
    return asked.text('id')
  }
  async function chooseScope(): Promise<void> {
    await admin.getByLabel('Rack', { exact: true }).selectOption('All racks')
    await admin.getByLabel('App', { exact: true }).selectOption('All apps')
  }
  /** Everything that a page keeps, and its address. */
  const kept = (page: Page) =>
    page.evaluate<string>(
      `JSON.stringify([document.documentElement.outerHTML, document.cookie, location.href, history.state, {...localStorage}, {...sessionStorage}])`,
    )

  /** A program that waits for a result at a port of this computer. */
  async function listen(port = 0) {
    const received: string[] = []
    const server = createServer((request, response) => {
      received.push(request.url ?? '')
      const hasData = new URL(request.url ?? '', 'http://localhost').searchParams.has('data')
      response.writeHead(hasData ? 200 : 400).end(hasData ? 'you may now close the window' : '')
    })
    await once(server.listen(port, 'localhost'), 'listening')
    const stop = () => {
      server.close()
      server.closeAllConnections()
    }
    return { received, port: (server.address() as AddressInfo).port, stop }
  }
  /** As a person does who allows the page to connect to programs of this computer. */
  const letConnect = () => admin.context().grantPermissions(['local-network-access'])
  const resultIn = (target: string) =>
    Buffer.from(new URL(target, 'http://localhost').searchParams.get('data') ?? '', 'base64').toString()
  const redeem = (id: string, result: string) => api('POST', `/step-ups/${id}/redemption`, { result })

  test('the first second factor needs a fresh login, and comes with backup codes that are shown once', async () => {
    await admin.getByRole('link', { name: 'Passkeys, authenticator apps, and backup codes' }).click()
    await admin.getByText('You have no second factor yet.').waitFor()
    await admin.getByText('The policy requires a second factor for some actions that your roles allow.').waitFor()
    await lookAt(admin, 'second-factors-empty')

    clock.ahead += 300_001
    await admin.reload()
    await admin.getByText('only within five minutes of a login').waitFor()
    expect(await admin.getByRole('button', { name: /^Add / }).count()).toBe(0)
    await lookAt(admin, 'second-factors-old-login')
    await admin.getByRole('link', { name: 'Log in again' }).click()
    await admin.click('button[value="admin"]')
    await admin.getByRole('button', { name: 'Add a passkey' }).click()
    await admin.getByRole('textbox', { name: 'Name' }).fill('Laptop')
    await admin.getByRole('button', { name: 'Add the passkey' }).click()

    const dialog = admin.getByRole('dialog', { name: 'Your backup codes' })
    await dialog.waitFor()
    codes.all = await dialog.getByRole('listitem').allTextContents()
    expect(codes.all).toHaveLength(10)
    await lookAt(admin, 'second-factors-codes')
    const downloading = admin.waitForEvent('download')
    await dialog.getByRole('button', { name: 'Download' }).click()
    expect((await downloading).suggestedFilename()).toBe('backup-codes.txt')
    await admin.keyboard.press('Escape')
    await dialog.getByLabel('I stored the codes').check()
    await dialog.getByRole('button', { name: 'Close' }).click()
    await row(admin, 'Laptop').getByText('Passkey').waitFor()
    expect(await kept(admin)).not.toContain(codes.all[0])
    await admin.getByText('10 codes are left.').waitFor()
    await lookAt(admin, 'second-factors')
  })

  test('a change that needs a second factor runs after the proof, and its result is shown in the dialog', async () => {
    const sent: (string | undefined)[] = []
    admin.on(
      'request',
      (request) => request.url().endsWith('/api/v1/tokens') && sent.push(request.headers()['step-up']),
    )
    await open(admin, '/people/tokens?dialog=create')
    await admin.getByRole('textbox', { name: 'Name' }).fill('nightly')
    await admin.getByLabel('Role', { exact: true }).selectOption('viewer')
    await chooseScope()
    const form = admin.getByRole('dialog', { name: 'Create an API token' })
    await form.getByRole('button', { name: 'Create the token' }).click()
    await confirm(admin).getByText('Create the API token nightly').waitFor()
    await confirm(admin).getByText('for 10 minutes').waitFor()
    await lookAt(admin, 'step-up-dialog')

    await admin.keyboard.press('Escape')
    await confirm(admin).waitFor({ state: 'detached' })
    expect(await admin.getByLabel('Name').inputValue()).toBe('nightly')
    expect(await form.getByRole('alert').count()).toBe(0)
    expect((await at.at.system.sql`select name from gateway.api_tokens`).length).toBe(0)

    await form.getByRole('button', { name: 'Create the token' }).click()
    await confirm(admin).getByRole('button', { name: 'Use a passkey' }).and(admin.locator(':focus')).waitFor()
    await admin.keyboard.press('Enter')
    const secret = admin.getByRole('dialog', { name: 'The API token nightly' })
    await secret.getByLabel('I stored the token').check()
    await secret.getByRole('button', { name: 'Close' }).click()
    const proof = sent.at(-1) ?? ''
    expect(proof).toMatch(/^rgp_/)
    expect(await kept(admin)).not.toContain(proof)

    await admin.getByRole('button', { name: 'Create an API token' }).click()
    await admin.getByRole('textbox', { name: 'Name' }).fill('hourly')
    await admin.getByLabel('Role', { exact: true }).selectOption('viewer')
    await chooseScope()
    await form.getByRole('button', { name: 'Create the token' }).click()
    await secret.or(admin.getByRole('dialog', { name: 'The API token hourly' })).waitFor()
    expect(sent.at(-1)).toBe(proof)
    const event = (await at.at.system.events()).findLast(({ kind }) => kind === 'token.issued')
    expect(event).toMatchObject({ detail: { name: 'hourly' } })
    await admin.getByLabel('I stored the token').check()
    await admin.getByRole('button', { name: 'Close' }).click()
  })

  test('an authenticator app is added with its secret as text, after a proof of the passkey', async () => {
    await open(admin, '/second-factors')
    await admin.getByRole('button', { name: 'Add an authenticator app' }).click()
    await admin.getByRole('textbox', { name: 'Name' }).fill('Phone')
    await admin.getByRole('button', { name: 'Continue' }).click()
    await confirm(admin).getByText('Add an authenticator app').waitFor()
    await confirm(admin).getByRole('button', { name: 'Use a passkey' }).click()
    const dialog = admin.getByRole('dialog', { name: 'Add an authenticator app' })
    await dialog.getByRole('img', { name: 'QR code for the authenticator app' }).waitFor()
    codes.totp = ((await dialog.locator('code').textContent()) ?? '').replaceAll(' ', '')
    const field = dialog.getByLabel('Code that the app shows')
    await field.and(admin.locator(':focus')).waitFor()
    await lookAt(admin, 'second-factors-add-app')
    await field.fill('000000')
    await dialog.getByRole('button', { name: 'Add the app' }).click()
    await dialog.getByRole('alert').waitFor()
    await field.fill(totp())
    await dialog.getByRole('button', { name: 'Add the app' }).click()
    await row(admin, 'Phone').getByText('Authenticator app').waitFor()
    expect(await kept(admin)).not.toContain(codes.totp)
  })

  test('a wrong code stays in the dialog with the error of the API, and a valid code of an app or a backup code is accepted', async () => {
    await open(admin, '/people/service-accounts')
    const create = async (name: string) => {
      await admin.getByRole('button', { name: 'Create a service account' }).click()
      await admin.getByRole('textbox', { name: 'Name' }).fill(name)
      await admin.getByRole('button', { name: 'Create', exact: true }).click()
      await confirm(admin).getByText(`Create the service account ${name}`).waitFor()
    }
    await create('ci')
    await confirm(admin).getByRole('button', { name: 'Use an authenticator app instead' }).click()
    await admin.keyboard.type('000000')
    await admin.keyboard.press('Enter')
    await confirm(admin).getByRole('alert').getByText('The code is wrong.').waitFor()
    await confirm(admin).getByLabel('Code of your authenticator app').fill(totp())
    await confirm(admin).getByRole('button', { name: 'Confirm' }).click()
    await admin.getByRole('heading', { name: 'ci' }).waitFor()

    await admin.reload()
    await create('nightly')
    await confirm(admin).getByRole('button', { name: 'Use a backup code instead' }).click()
    await admin.keyboard.type((codes.all[0] ?? '').toUpperCase().replaceAll('-', ' '))
    await admin.keyboard.press('Enter')
    await admin.getByRole('heading', { name: 'nightly' }).waitFor()
    await open(admin, '/second-factors')
    await admin.getByText('9 codes are left.').waitFor()
  })

  test('a passkey that the person does not confirm leaves the dialog open, and another method works', async () => {
    const page = await at.open('admin', '/gateway/people/service-accounts?dialog=create')
    await page.getByRole('textbox', { name: 'Name' }).fill('late')
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    const authenticator = await addVirtualAuthenticator(page)
    await authenticator.verify(false)
    await confirm(page).getByRole('button', { name: 'Use a passkey' }).click()
    await confirm(page).getByRole('alert').getByText('The browser did not use a passkey.').waitFor()
    await confirm(page).getByRole('button', { name: 'Use an authenticator app instead' }).click()
    await confirm(page).getByLabel('Code of your authenticator app').fill(totp())
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'late' }).waitFor()
  })

  test('too many wrong codes say when the next one is accepted', async () => {
    const page = await at.open('admin', '/gateway/people/service-accounts?dialog=create')
    await page.getByRole('textbox', { name: 'Name' }).fill('never')
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    await confirm(page).getByRole('button', { name: 'Use an authenticator app instead' }).click()
    const field = confirm(page).getByLabel('Code of your authenticator app')
    for (let n = 0; n < 6; n++) {
      await field.fill(`00000${n}`)
      const answered = page.waitForResponse(/\/proof$/)
      await page.keyboard.press('Enter')
      await answered
    }
    await confirm(page).getByText('You can try again at').waitFor()
    await confirm(page).getByRole('alert').getByText('Too many codes were wrong').waitFor()
    await lookAt(page, 'step-up-dialog-limit')
    await page.context().close()
  })

  test('a change of a rack asks with its action, each time if the policy says so', async () => {
    await open(admin, '/apps/staging/myapp/services')
    const restarts = () => at.at.system.rack.received.filter(({ target }) => target.includes('/restart')).length
    for (const count of [1, 2]) {
      await admin.getByRole('button', { name: 'Restart web' }).click()
      await admin.getByRole('button', { name: 'Restart the service' }).click()
      await confirm(admin).getByText('Restart the service web of myapp on staging').waitFor()
      await confirm(admin).getByText('each time').waitFor()
      await confirm(admin).getByRole('button', { name: 'Use a passkey' }).click()
      await admin.getByRole('dialog', { name: 'Restart web of myapp' }).waitFor({ state: 'detached' })
      expect(restarts()).toBe(count)
    }
    await admin.getByText('Rack staging restarts web.').waitFor()
    const restarted = (await at.at.system.events()).filter(
      ({ permission, decision }) => permission === 'service:restart' && decision?.effect === 'allow',
    )
    expect(restarted.map(({ proof }) => proof?.method)).toEqual(restarted.map(() => 'passkey'))
    expect(new Set(restarted.map(({ proof }) => proof?.id)).size).toBe(2)
    await open(admin, '/audit?q=permission%3Aservice%3Arestart%20result%3Aallow')
    await row(admin, 'restart').first().getByRole('gridcell').first().click()
    await admin.getByText(/, proved with a passkey at \d\d:\d\d\.$/).waitFor()
  })

  test('a request of the stock CLI shows its facts first, and sends its result only to the same machine', async () => {
    const received: string[] = []
    const server = createServer((request, response) => {
      received.push(request.url ?? '')
      response.end('you may now close the window')
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    try {
      const id = await ask()
      const callback = `http://localhost:${(server.address() as AddressInfo).port}`
      const token = Buffer.from(id).toString('base64')
      await admin.goto(`${at.url}/login/u2f?${new URLSearchParams({ callback_url: callback, token })}`)
      const facts = admin.getByRole('region', { name: 'The request' })
      await facts.waitFor()
      const text = await facts.textContent()
      for (const fact of [
        'admin@example.com',
        'Delete an app: web on production',
        'apps delete web',
        'service: worker',
        'memory: chosen by the command',
        'as often as the command needs it',
        'laptop',
        '127.0.0.1',
      ])
        expect(text).toContain(fact)
      expect(text).toContain('For this command, for an hour at most')
      const { createdAt } = (await api('GET', `/step-ups/${id}`)).json as { createdAt: string }
      expect(await facts.locator('time').first().getAttribute('datetime')).toBe(createdAt)
      const decide = admin.getByRole('button', { name: 'I started this: continue' })
      expect(((await decide.boundingBox())?.y ?? 0) > ((await facts.boundingBox())?.y ?? 0)).toBe(true)
      expect(await admin.getByRole('button', { name: 'Use a passkey' }).count()).toBe(0)
      await lookAt(admin, 'step-up-page')
      await decide.focus()
      await admin.keyboard.press('Enter')
      await admin.getByRole('button', { name: 'Use a passkey' }).and(admin.locator(':focus')).waitFor()
      await lookAt(admin, 'step-up-page-proof')
      await admin.keyboard.press('Enter')
      await admin.getByText('you may now close the window').waitFor()
      const last = received.at(-1) ?? ''
      const data = new URL(last, callback).searchParams.get('data') ?? ''
      const result = Buffer.from(data, 'base64').toString()
      expect((await api('POST', `/step-ups/${id}/redemption`, { result })).text('proof')).toMatch(/^rgp_/)

      await open(admin, `/step-up?${new URLSearchParams({ id, callback })}`)
      await admin.getByText('This request was confirmed already').waitFor()
      expect(await admin.getByRole('button', { name: /continue/ }).count()).toBe(0)
    } finally {
      server.close()
    }
  })

  describe.skipIf(convox === null)(
    'the native convox, with a passkey in the browser (runs when CONVOX_BIN names it)',
    () => {
      let machine: Machine
      const env = { X_DEV_ALLOW_HTTP: 'true', BROWSER: 'true' }
      const run = (line: string) => machine.sh(`convox ${line}`, { env })
      beforeEach(async () => {
        machine = createMachine(convox)
        await run(`login ${new URL(at.url).host} -t ${program.token}`)
      })
      afterEach(() => machine.remove())

      async function runAndProve(line: string, valid: string): Promise<string> {
        const running = machine.start('/bin/sh', ['-c', `exec convox ${line}`], { env })
        const [link] = await running.saw(/http:\/\/\S+\/login\/u2f\S+/)
        await admin.goto(link)
        await admin.getByRole('region', { name: 'The request' }).getByText(valid).waitFor()
        await admin.getByRole('button', { name: 'I started this: continue' }).click()
        await admin.getByRole('button', { name: 'Use a passkey' }).click()
        const { code, stdout, stderr } = await running.ended
        expect([code, stderr, stdout.match(/login\/u2f/g)?.length]).toEqual([0, '', 1])
        return stdout
      }
      const received = (part: string) =>
        at.at.system.racks.staging?.received.filter(({ target }) => target.includes(part)) ?? []

      test.each([
        ['a GET', 'builds -a myapp -r staging', /^ID/m, 'For 10 minutes'],
        ['a form', 'apps lock -a myapp -r staging', /OK/, 'For 10 minutes'],
        ['a DELETE, with a passkey each time', 'apps delete otherapp -r staging', /OK/, 'Once, for this action'],
      ])('%s continues automatically', async (_, line, output, valid) => {
        expect(await runAndProve(line, valid)).toMatch(output)
        if (line.startsWith('apps lock')) {
          expect(received('/apps/myapp?').at(-1)?.body.bytes.toString()).toBe('lock=true')
          expect(await run('apps unlock -a myapp -r staging')).toMatchObject({ code: 0 })
        }
      })

      test('"This was not me" ends its wait with a clear error', async () => {
        await letConnect()
        const running = machine.start('/bin/sh', ['-c', 'exec convox apps delete otherapp -r staging'], { env })
        const [link] = await running.saw(/http:\/\/\S+\/login\/u2f\S+/)
        await admin.goto(link)
        await admin.getByRole('button', { name: 'This was not me' }).click()
        const { code, stderr } = await running.ended
        expect([code, stderr]).toEqual([1, expect.stringContaining('was answered with "This was not me"')])
        await admin.getByText('The command on this computer that asked was stopped.').waitFor()
      })

      test('on another computer, the line of the page brings the result to it', async () => {
        await letConnect()
        const running = machine.start('/bin/sh', ['-c', 'exec convox builds -a myapp -r staging'], { env })
        const [link] = await running.saw(/http:\/\/\S+\/login\/u2f\S+/)
        await admin.route('http://localhost:*/**', (route) =>
          route.request().url().startsWith(at.url) ? route.continue() : route.abort('connectionrefused'),
        )
        await admin.goto(link)
        await admin.getByRole('button', { name: 'I started this: continue' }).click()
        await admin.getByRole('button', { name: 'Use a passkey' }).click()
        const line = admin.locator('pre').filter({ hasText: 'curl' })
        const [, address = ''] = /^curl '(\S+)'$/.exec((await line.textContent()) ?? '') ?? []
        await admin.unroute('http://localhost:*/**')
        expect(await (await fetch(address)).text()).toContain('you may now close the window')
        expect(await running.ended).toMatchObject({ code: 0, stderr: '' })
      })

      test('the page of a run says that its command follows', async () => {
        await letConnect()
        const running = machine.start(
          '/bin/sh',
          ['-c', 'exec convox run command bin/pre_release -a myapp -r staging'],
          { env },
        )
        const [link] = await running.saw(/http:\/\/\S+\/login\/u2f\S+/)
        await admin.goto(link)
        await admin.getByText('This request does not contain the command').waitFor()
        await admin.getByRole('button', { name: 'This was not me' }).click()
        expect((await running.ended).code).toBe(1)
      })

      test('an upload and an import arrive whole, after the command that proves', async () => {
        expect((await run('build -a myapp -r staging')).stderr).toContain('Run: convox api get /gateway-step-up')
        expect(received('/objects/tmp/')).toEqual([])
        await runAndProve('api get /gateway-step-up -r staging', 'For 10 minutes')
        expect(await run('build -a myapp -r staging')).toMatchObject({ code: 0 })
        const upload = received('/objects/tmp/').at(-1)
        const place = upload?.rawHeaders.findIndex((name) => name.toLowerCase() === 'content-length') ?? -1
        expect(upload?.body.length).toBe(Number(upload?.rawHeaders[place + 1]))
        const exported = "$(convox builds -a myapp -r staging | awk '/^B/{print $1; exit}')"
        expect(await run(`builds export ${exported} -a myapp -r staging -f build.tgz`)).toMatchObject({ code: 0 })
        expect(await run('builds import -a myapp -r staging < build.tgz')).toMatchObject({ code: 0 })
        const size = readFileSync(join(machine.project, 'build.tgz')).length
        expect(received('/builds/import').at(-1)?.body.length).toBe(size)
      })
    },
  )

  test.each([
    ['another host', 'http://evil.example:8080/'],
    ['a host in the user information', 'http://localhost:8080@evil.example/'],
    ['a script', 'javascript:alert(1)'],
    ['no address', ''],
  ])('a request with %s as its callback asks for nothing, and sends nothing', async (_, callback) => {
    const asked: string[] = []
    const note = (request: { url(): string }) => asked.push(request.url())
    admin.on('request', note)
    await open(admin, `/step-up?${new URLSearchParams({ id: await ask(), callback })}`)
    await admin.getByRole('alert').getByText('the gateway does not send it').waitFor()
    expect(await admin.getByRole('button', { name: /continue/ }).count()).toBe(0)
    expect(asked.filter((url) => !url.startsWith(at.url) || url.includes('passkey-options'))).toEqual([])
    admin.off('request', note)
  })

  test('a request without a command is answered with a code for the own terminal', async () => {
    const begun = await at.at.system.get('/gateway-step-up', program.token)
    const { page } = begun.json as { page: string }
    expect(page).toMatch(new RegExp(`^${at.url}/gateway/step-up\\?id=`))
    await admin.goto(page)
    await admin.getByText('For 10 minutes').waitFor()
    await admin.getByRole('button', { name: 'I started this: continue' }).click()
    await admin.getByRole('button', { name: 'Use a passkey' }).click()
    const line = admin.locator('pre').filter({ hasText: 'convox api get /gateway-step-up/' })
    await line.waitFor()
    await lookAt(admin, 'step-up-page-code')
    const path = ((await line.textContent()) ?? '').replace('convox api get ', '')
    expect((await at.at.system.get(path, program.token)).body).toContain(
      'Continue as the error of the denied command says',
    )
  })

  test('a request of another person, an incomplete address, and an old request have a sentence each', async () => {
    const viewer = await at.open('viewer', `/gateway/step-up?id=${await ask()}`)
    await viewer.getByRole('alert').getByText('viewer@example.com has no such request').waitFor()
    await open(viewer, '/step-up?id=no-id')
    await viewer.getByRole('alert').getByText('The address of this page is incomplete.').waitFor()
    const response = await ask('response')
    await open(admin, `/step-up?id=${response}`)
    await admin.getByRole('alert').getByText('This page cannot send a result').waitFor()
    const old = await ask()
    await at.at.system.sql`update gateway.step_ups set expires_at = now() - interval '1 second' where id = ${old}`
    await open(admin, `/step-up?id=${old}&callback=http%3A%2F%2Flocalhost%3A1`)
    await admin.getByRole('alert').getByText('older than five minutes').waitFor()
  })

  test('a command on another computer: the page says so, and shows how the result gets there', async () => {
    await letConnect()
    const unused = await listen()
    unused.stop()
    const callback = `http://localhost:${unused.port}`
    const id = await ask()
    await open(admin, `/step-up?${new URLSearchParams({ id, callback })}`)
    await admin.getByRole('status').getByText('seems to run on another computer').waitFor()
    await lookAt(admin, 'step-up-page-other-computer')
    await admin.getByRole('button', { name: 'I started this: continue' }).click()
    await admin.getByRole('button', { name: 'Use a passkey' }).click()
    const line = admin.locator('pre').filter({ hasText: 'curl' })
    await line.waitFor()
    await admin.getByText(`ssh -N -L ${unused.port}:localhost:${unused.port} HOST`).waitFor()
    await lookAt(admin, 'step-up-page-undelivered')
    const shown = (await line.textContent()) ?? ''
    expect(shown).toMatch(new RegExp(`^curl '${callback}\\?data=[A-Za-z0-9%]+'$`))

    const forwarded = await listen(unused.port)
    try {
      const [opened] = await Promise.all([
        admin.context().waitForEvent('page'),
        admin.getByRole('button', { name: 'Send the result' }).click(),
      ])
      await opened.getByText('you may now close the window').waitFor()
      await opened.close()
      const result = resultIn(forwarded.received.find((target) => target.includes('data=')) ?? '')
      expect(shown).toContain(encodeURIComponent(Buffer.from(result).toString('base64')))
      expect((await redeem(id, result)).text('proof')).toMatch(/^rgp_/)
    } finally {
      forwarded.stop()
    }
  })

  test.each([
    ['the same address', true],
    ['another address', false],
  ])('a browser that would ask for permission is not asked, and a command at %s decides', async (_, isSame) => {
    await admin.context().clearPermissions()
    const waiting = await listen()
    try {
      const id = await ask()
      if (!isSame) await at.at.system.sql`update gateway.step_ups set address = '192.0.2.7' where id = ${id}`
      await open(admin, `/step-up?${new URLSearchParams({ id, callback: `http://localhost:${waiting.port}` })}`)
      const note = admin.getByRole('status').getByText('seems to run on another computer')
      const say = admin.getByRole('button', { name: 'My command runs on another computer' })
      if (isSame) {
        await say.waitFor()
        await lookAt(admin, 'step-up-page-may-be-elsewhere')
        await say.click()
      }
      await note.waitFor()
      await admin.getByRole('button', { name: 'I started this: continue' }).click()
      await admin.getByRole('button', { name: 'Use a passkey' }).click()
      await admin.locator('pre').filter({ hasText: 'curl' }).waitFor()
      expect(waiting.received).toEqual([])
    } finally {
      waiting.stop()
    }
  })

  test('"This was not me" ends the wait of the program, and the request', async () => {
    await letConnect()
    const waiting = await listen()
    try {
      const id = await ask()
      await open(admin, `/step-up?${new URLSearchParams({ id, callback: `http://localhost:${waiting.port}` })}`)
      await expect.poll(() => waiting.received).toEqual(['/'])
      await admin.getByRole('button', { name: 'This was not me' }).click()
      await admin.getByText('The command on this computer that asked was stopped.').waitFor()
      await lookAt(admin, 'step-up-page-not-me-stopped')
      const result = resultIn(waiting.received.at(-1) ?? '')
      const other = await sessionOf(at.at.system, 'admin', Date.now() + clock.ahead)
      const foreign = await api('POST', `/step-ups/${id}/redemption`, { result }, other.token)
      expect(foreign.json).toMatchObject({ code: 'RGW_STEP_UP_MISMATCH' })
      expect((await redeem(id, result)).json).toMatchObject({ code: 'RGW_STEP_UP_DENIED' })
      expect((await api('GET', `/step-ups/${id}`)).status).toBe(404)
    } finally {
      waiting.stop()
    }
  })

  test('a browser that would ask for permission stops the program after a click', async () => {
    await admin.context().clearPermissions()
    const waiting = await listen()
    try {
      const id = await ask()
      await open(admin, `/step-up?${new URLSearchParams({ id, callback: `http://localhost:${waiting.port}` })}`)
      await admin.getByRole('button', { name: 'My command runs on another computer' }).waitFor()
      await admin.getByRole('button', { name: 'This was not me' }).click()
      const stop = admin.getByRole('button', { name: 'Stop the command that waits on this computer' })
      await stop.waitFor()
      await lookAt(admin, 'step-up-page-not-me-stop')
      const [opened] = await Promise.all([admin.context().waitForEvent('page'), stop.click()])
      await opened.getByText('you may now close the window').waitFor()
      await opened.close()
      const result = resultIn(waiting.received.find((target) => target.includes('data=')) ?? '')
      expect((await redeem(id, result)).json).toMatchObject({ code: 'RGW_STEP_UP_DENIED' })
    } finally {
      waiting.stop()
    }
  })

  test('a request to start an attached run says that its command follows, or shows it', async () => {
    const start = { ...runCall, command: ['sleep', '3600'] }
    const exec = {
      ...runCall,
      route: 'WS /apps/{app}/processes/{pid}/exec',
      params: { app: 'myapp' },
      command: ['echo', 'hi'],
    }
    for (const [planned, name] of [
      [[start], 'step-up-page-run'],
      [[start, exec], 'step-up-page-run-planned'],
    ] as const) {
      const asked = await api('POST', '/step-ups', { delivery: 'callback', calls: planned })
      const callback = 'http://localhost:1'
      await open(admin, `/step-up?${new URLSearchParams({ id: asked.text('id'), callback })}`)
      const facts = admin.getByRole('region', { name: 'The request' })
      await facts.waitFor()
      expect(await facts.textContent()).not.toContain('sleep')
      const isPlanned = planned.length > 1
      await facts.getByText(isPlanned ? 'echo hi' : 'This request does not contain the command').waitFor()
      await lookAt(admin, name)
    }
  })

  test('a request that the person did not start leads to the session that asked, which can be revoked', async () => {
    const other = await sessionOf(at.at.system, 'admin', Date.now() + clock.ahead)
    const id = await ask('callback', other.token)
    await open(admin, `/step-up?id=${id}&callback=http%3A%2F%2Flocalhost%3A1`)
    await admin.getByRole('button', { name: 'This was not me' }).click()
    await admin.getByText('Revoke the session of laptop now').waitFor()
    await lookAt(admin, 'step-up-page-not-me')
    await row(admin, 'laptop')
      .first()
      .getByRole('button', { name: /^Revoke/ })
      .click()
    await admin.getByRole('button', { name: 'Revoke the session', exact: true }).click()
    await admin.getByText('The session of laptop was revoked.').waitFor()
  })

  test('a person without a second factor is led to add one, and back to the request', async () => {
    const viewer = await at.open('viewer', '/gateway/')
    await viewer.getByRole('heading', { name: 'You have no role yet' }).waitFor()
    const { token } = await sessionOf(at.at.system, 'viewer', Date.now() + clock.ahead)
    const id = await ask('callback', token)
    await open(viewer, `/step-up?id=${id}&callback=http%3A%2F%2Flocalhost%3A1`)
    const add = viewer.getByRole('link', { name: 'Add a second factor' })
    await add.waitFor()
    await lookAt(viewer, 'step-up-page-no-factor')
    await add.click()
    await addVirtualAuthenticator(viewer)
    await viewer.getByRole('button', { name: 'Add a passkey' }).click()
    await viewer.getByRole('button', { name: 'Add the passkey' }).click()
    await viewer.getByLabel('I stored the codes').check()
    await viewer.getByRole('button', { name: 'Close' }).click()
    await viewer.getByRole('link', { name: 'Continue with the request' }).click()
    await viewer.getByRole('button', { name: 'I started this: continue' }).waitFor()
  })

  test('an administrator sees the second factors of each user, and resets those of another user', async () => {
    await open(admin, '/people/users')
    await row(admin, 'viewer@example.com').getByText('Passkey').waitFor()
    await at.open('nobody')
    await admin.getByLabel('No second factor').check()
    await row(admin, 'nobody@example.com').getByText('None').waitFor()
    await expect.poll(() => row(admin, 'viewer@example.com').count()).toBe(0)
    await lookAt(admin, 'people-users-without-factor')
    await admin.getByLabel('No second factor').uncheck()
    await admin.getByRole('link', { name: 'admin@example.com' }).click()
    await admin.getByRole('heading', { name: 'admin@example.com' }).waitFor()
    await admin.getByText('Laptop', { exact: true }).waitFor()
    expect(await admin.getByRole('button', { name: 'Reset second factors' }).count()).toBe(0)
    await admin.getByRole('link', { name: 'viewer@example.com' }).click()
    await admin.getByRole('button', { name: 'Reset second factors' }).click()
    const dialog = admin.getByRole('dialog', { name: 'Reset the second factors of viewer@example.com?' })
    await dialog.getByLabel('Reason').fill('lost the phone')
    await lookAt(admin, 'people-reset-factors')
    await dialog.getByRole('button', { name: 'Reset second factors' }).click()
    await confirm(admin).getByText('Reset the second factors of viewer@example.com').waitFor()
    await confirm(admin).getByRole('button', { name: 'Use a passkey' }).click()
    await admin.getByText('The second factors of viewer@example.com were removed.').waitFor()
    await row(admin, 'viewer@example.com').getByText('None').waitFor()
  })

  test('a person who leaves the page while a factor is renamed stays on the other page', async () => {
    let release = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    await admin.route('**/second-factors/*/name', async (route) => {
      await released
      await route.fulfill({ json: { name: 'Old phone' } })
    })
    await open(admin, '/access')
    await admin.getByRole('link', { name: /^Passkeys/ }).click()
    await admin.getByRole('button', { name: 'Rename Phone' }).click()
    const sent = admin.waitForRequest('**/second-factors/*/name')
    await admin.getByRole('dialog').getByRole('button', { name: 'Rename' }).click()
    await sent
    await admin.goBack()
    await admin.goBack()
    await admin.getByRole('heading', { name: 'Your access' }).waitFor()
    release()
    await admin.getByText('is now called Old phone').waitFor()
    expect(new URL(admin.url()).pathname).toBe('/gateway/access')
    await admin.unroute('**/second-factors/*/name')
  })

  test('factors are renamed and removed, the last one with the backup codes', async () => {
    await open(admin, '/second-factors')
    await admin.getByRole('button', { name: 'Rename Phone' }).click()
    await admin.getByRole('textbox', { name: 'Name' }).fill('Old phone')
    await admin.getByRole('dialog').getByRole('button', { name: 'Rename' }).click()
    await confirm(admin).getByText('Rename the second factor Phone').waitFor()
    await confirm(admin).getByRole('button', { name: 'Use a passkey' }).click()
    await admin.getByRole('button', { name: 'Remove Old phone' }).press('Enter')
    await admin.getByRole('button', { name: 'Remove the authenticator app' }).press('Enter')
    await admin.getByText('Old phone was removed.').waitFor()
    await expect.poll(() => admin.evaluate<string>('document.activeElement.tagName')).toBe('MAIN')
    await admin.getByRole('button', { name: 'Create new codes' }).click()
    await admin.getByRole('dialog').getByRole('button', { name: 'Create new codes' }).click()
    await admin.getByLabel('I stored the codes').check()
    await admin.getByRole('button', { name: 'Close' }).click()
    await admin.getByText('10 codes are left.').waitFor()
    await admin.getByRole('button', { name: 'Remove Laptop' }).click()
    await admin.getByRole('dialog').getByText('your last second factor').waitFor()
    await admin.getByRole('button', { name: 'Remove the passkey' }).click()
    await admin.getByText('You have no second factor yet.').waitFor()
  })
})
