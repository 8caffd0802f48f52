import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'
import { createBrowser, type Page } from '../support/login/browser.ts'
import { type LoginSystem, startLoginSystem } from '../support/login/login.ts'

const asBrowser = {
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-site': 'none',
}

function expectPage(page: Page, status: number, title: string): void {
  expect([page.status, page.headers['content-type']]).toEqual([status, 'text/html; charset=utf-8'])
  expect(page.body).toContain(`<h1>${title}</h1>`)
  expect(page.headers['content-security-policy']).toContain("default-src 'none'")
  expect(page.headers['content-security-policy']).toContain("require-trusted-types-for 'script'")
  expect(page.headers['content-security-policy']).not.toContain('unsafe')
  expect(page.headers['cache-control']).toBe('no-store')
}

describe('with a login', () => {
  let at: LoginSystem
  beforeAll(async () => {
    at = await startLoginSystem({}, { rackNames: ['staging', 'production'] })
  })
  afterAll(() => at.stop())
  const open = (path: string, headers: Readonly<Record<string, string>> = asBrowser) =>
    at.visit(createBrowser(), path, { headers })

  test.each(['/', '/gateway'])('a browser at %s is led to the first page', async (path) => {
    expect(await open(path)).toMatchObject({ status: 303, location: `${at.system.url}/gateway/` })
  })

  test.each(['/nowhere', '/favicon.ico'])('a browser at %s gets a page, and not JSON', async (path) => {
    const page = await open(path)
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(page.status).toBe(401)
    expect(page.body).toContain('href="/gateway/"')
    expect(page.body).toMatch(/include the request ID \w+\./)
  })

  test('a browser at an unknown page of the console is led to the login, and back to that address', async () => {
    expect(await open('/gateway/nowhere')).toMatchObject({
      status: 303,
      location: expect.stringMatching(/\/gateway\/auth\/login\?return_to=%2Fgateway%2Fnowhere$/),
    })
  })

  test('the address is escaped in the page', async () => {
    const page = await open('/gateway/%3Cscript%3Ealert(1)%3C/script%3E')
    expect(page.body).not.toContain('<script>')
  })

  test.each([
    ['the stock client', '/nowhere', {}],
    ['a program that takes anything', '/', { accept: '*/*' }],
    ['a program with a credential', '/nowhere', { ...asBrowser, authorization: 'Bearer x' }],
    ['a script of a page', '/nowhere', { ...asBrowser, 'sec-fetch-mode': 'cors' }],
    ['a browser at the management API', '/gateway/api/v1/nowhere', asBrowser],
  ])('%s gets JSON', async (_, path, headers) => {
    const page = await open(path, headers)
    expect(page.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(JSON.parse(page.body)).toHaveProperty('requestId')
  })

  describe('a person whose account is refused', () => {
    const link = (page: Page) => /href="(\/gateway\/auth\/login[^"]*)"/.exec(page.body)?.[1]?.replaceAll('&amp;', '&')

    test('can choose another account at the provider', async () => {
      const { browser, page } = await at.login('outsider')
      expect(page.body).toContain('Log in with another account')
      await at.visit(browser, link(page) ?? '')
      expect(at.idp.received.authorizations.length).toBeGreaterThan(0)
      const begun = await at.visit(browser, link(page) ?? '')
      expect(new URL(begun.location ?? '').searchParams.get('prompt')).toBe('select_account')
    })

    test('logs in with the other account', async () => {
      const { browser, page } = await at.login('outsider')
      const begun = await at.visit(browser, link(page) ?? '')
      expect(await at.chooseFrom(browser, begun, 'viewer')).toMatchObject({
        status: 303,
        location: `${at.system.url}/gateway/`,
      })
      expect(at.idp.received.authorizations.at(-1)).toMatchObject({ prompt: 'select_account' })
    })

    test('gets the reason of the provider if nobody is chosen', async () => {
      const { browser, page } = await at.login('outsider')
      const begun = await at.visit(browser, link(page) ?? '')
      expect((await at.chooseFrom(browser, begun, '')).status).toBe(403)
    })

    test('is asked for it only then, and after a logout', async () => {
      const begun = await at.visit(createBrowser(), '/gateway/auth/login')
      expect(new URL(begun.location ?? '').searchParams.has('prompt')).toBe(false)
    })
  })
})

describe('without a login', () => {
  let system: System
  beforeAll(async () => {
    system = await startSystem()
  })
  afterAll(() => system.stop())

  test('the first page says so, to people with a token and to the operator', async () => {
    const browser = createBrowser()
    expect(await browser.visit(`${system.url}/`, { headers: asBrowser })).toMatchObject({ status: 303 })
    const page = await browser.visit(`${system.url}/gateway/`, { headers: asBrowser })
    expectPage(page, 200, 'Login with a browser is not set up')
    expect(page.body).toContain('rack-gateway login NAME ADDRESS --token TOKEN')
    expect(page.body).toContain('PUBLIC_URL')
  })
})
