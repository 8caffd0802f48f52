import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBrowser } from '../support/login/browser.ts'
import { type LoginSystem, startLoginSystem } from '../support/login/login.ts'

let at: LoginSystem
const lines: string[] = []
beforeAll(async () => {
  at = await startLoginSystem({}, { log: (line) => lines.push(line) })
})
afterAll(() => at.stop())

const pages = ['/gateway/', '/gateway/audit', '/gateway/audit/an-event', '/gateway/people', '/gateway/policy?a=1']

describe('the document of the web console', () => {
  test.each(pages)('is sent only to a person who is logged in: %s', async (path) => {
    const unauthenticated = await at.visit(createBrowser(), path)
    expect(unauthenticated.status).toBe(303)
    const login = new URL(unauthenticated.location ?? '')
    expect(login.pathname).toBe('/gateway/auth/login')
    expect(login.searchParams.get('return_to') ?? '/gateway/').toBe(path)
    const { browser } = await at.login('viewer')
    expect((await at.visit(browser, path)).status).toBe(200)
  })

  test('is not sent after the session ended: a page says so, and leads to the login and back', async () => {
    const { browser } = await at.login('viewer')
    await at.system.sql`update gateway.sessions set ended_at = now()`
    const ended = await at.visit(browser, '/gateway/audit?q=%22%3E%3Cb%3E')
    expect([ended.status, ended.location]).toEqual([401, null])
    expect(ended.body).toContain('<h1>Your session has ended</h1>')
    expect(ended.body).toMatch(/Your session ended on \d{4}-\d\d-\d\d \d\d:\d\d UTC\./)
    const [, login = ''] = /href="(\/gateway\/auth\/login[^"]*)"/.exec(ended.body) ?? []
    const returnTo = new URL(login, at.system.url).searchParams.get('return_to')
    expect(returnTo).toBe('/gateway/audit?q=%22%3E%3Cb%3E')
  })

  test('is the same for everybody, is never stored, and runs only its own files', async () => {
    const one = await at.visit((await at.login('admin')).browser, '/gateway/')
    const other = await at.visit((await at.login('nobody')).browser, '/gateway/audit')
    expect(one.body).toBe(other.body)
    expect(one.headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
    })
    expect(one.headers).not.toHaveProperty('access-control-allow-origin')
    const policy = String(one.headers['content-security-policy'])
    expect(policy).not.toMatch(/unsafe|\*|https?:|data:|blob:/)
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("require-trusted-types-for 'script'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(one.body).not.toMatch(/<script>|<style|style=|onload=/)
  })

  test('names existing scripts and styles by the digest of their content, to be cached forever', async () => {
    const { body } = await at.visit((await at.login('viewer')).browser, '/gateway/')
    const built = [...body.matchAll(/(?:src|href)="(\/gateway\/assets\/[\w-]+-[\w-]{8}\.(?:js|css))"/g)].map(
      ([, path]) => path,
    )
    expect(built.length).toBeGreaterThanOrEqual(2)
    for (const path of built) {
      const file = await at.visit(createBrowser(), path ?? '', { headers: { 'accept-encoding': 'br' } })
      expect([file.status, file.headers['content-encoding']]).toEqual([200, 'br'])
      expect(file.headers['cache-control']).toBe('public, max-age=31536000, immutable')
      expect(file.headers['x-content-type-options']).toBe('nosniff')
    }
    const theme = await at.visit(createBrowser(), '/gateway/assets/theme.js')
    expect([theme.status, theme.headers['cache-control']]).toEqual([200, 'no-cache'])
  })

  test('loads at most 200 kB of compressed script', async () => {
    const { body } = await at.visit((await at.login('viewer')).browser, '/gateway/')
    const scripts = [...body.matchAll(/(?:src|href)="(\/gateway\/assets\/[\w.-]+\.js)"/g)].map(([, path = '']) => path)
    const sizes = await Promise.all(
      scripts.map(async (path) => {
        const { headers } = await at.visit(createBrowser(), path, { headers: { 'accept-encoding': 'gzip' } })
        return Number(headers['content-length'])
      }),
    )
    const size = sizes.reduce((sum, one) => sum + one, 0)
    expect(size).toBeGreaterThan(50_000)
    expect(size).toBeLessThanOrEqual(200_000)
  })

  test.each(['nowhere.js', '..%2f..%2fpackage.json', '%2e%2e/index.html', '.%00', ''])(
    'no other file can be read below its files: %s',
    async (name) => {
      const file = await at.visit(createBrowser(), `/gateway/assets/${name}`)
      expect(file.status).toBeGreaterThanOrEqual(400)
      expect(file.body).not.toContain('"version"')
    },
  )
})

describe('a report of a violation of the policy', () => {
  const report = (type: string, body: string) =>
    at.visit(createBrowser(), '/gateway/csp-reports', { method: 'POST', json: body, headers: { 'content-type': type } })
  const violation = {
    'csp-report': {
      'effective-directive': 'script-src-elem',
      'blocked-uri': 'https://evil.example/x.js',
      'document-uri': 'http://127.0.0.1/gateway/audit?q=secret',
      'script-sample': 'secret',
    },
  }

  test('is written to the log without what the person searched for, and is no event', async () => {
    // Counted denials of the tests above can be written meanwhile.
    const events = async () => (await at.system.events()).filter(({ kind }) => kind !== 'refused').length
    const before = await events()
    expect((await report('application/csp-report', JSON.stringify(violation))).status).toBe(204)
    const line = lines.map((text) => JSON.parse(text)).find(({ event }) => event === 'csp.violation')
    expect(line).toMatchObject({
      directive: 'script-src-elem',
      blocked: 'https://evil.example/x.js',
      document: 'http://127.0.0.1/gateway/audit',
    })
    expect(lines.join('')).not.toContain('secret')
    expect(await events()).toBe(before)
  })

  test('is logged once if it repeats, and does not suppress one of another directive', async () => {
    const body = JSON.stringify([
      { type: 'csp-violation', body: { effectiveDirective: 'img-src', blockedURL: 'data' } },
    ])
    for (let n = 0; n < 50; n++) expect((await report('application/reports+json', body)).status).toBe(204)
    expect(lines.filter((line) => line.includes('"directive":"img-src"'))).toHaveLength(1)
  })

  test('cannot control a terminal, or change the direction of the log', async () => {
    const directive = 'style-src\u009b31m\u009d0;x\u009c\u202e\u2028'
    const body = JSON.stringify({ 'csp-report': { 'effective-directive': directive } })
    expect((await report('application/csp-report', body)).status).toBe(204)
    const line = lines.map((text) => JSON.parse(text)).find((one) => one.directive?.startsWith('style-src'))
    expect(line.directive).toBe('style-src\\u009b31m\\u009d0;x\\u009c\\u202e\\u2028')
  })

  test('does not count toward the limit that logins share', async () => {
    const limited = await startLoginSystem({}, { unauthenticatedPerMinute: 20 })
    try {
      const headers = { 'content-type': 'application/csp-report' }
      for (let n = 0; n < 40; n++)
        await limited.visit(createBrowser(), '/gateway/csp-reports', { method: 'POST', json: '{}', headers })
      expect((await limited.visit(createBrowser(), '/gateway/auth/login')).status).toBe(303)
    } finally {
      await limited.stop()
    }
  })

  test.each(['', '[]', '{}', 'null', '{"csp-report":{"effective-directive":7}}', '{'])(
    'is ignored if it is not a report: %s',
    async (body) => {
      const lineCount = lines.filter((line) => line.includes('csp.violation')).length
      expect((await report('application/csp-report', body)).status).toBe(204)
      expect(lines.filter((line) => line.includes('csp.violation'))).toHaveLength(lineCount)
    },
  )

  test('is rejected if it is too large or of another type', async () => {
    expect((await report('application/csp-report', JSON.stringify({ x: 'x'.repeat(20_000) }))).status).toBe(413)
    expect((await report('application/json', '{}')).status).toBe(415)
  })
})
