import { createHash, randomBytes } from 'node:crypto'
import { type Browser, createBrowser, type Page, type Visit } from './browser.ts'
import type { LoginSystem } from './login.ts'

/** What a CLI keeps to itself of a loopback login. */
export interface Loopback {
  /** What the person opens. */
  readonly address: string
  readonly verifier: string
  readonly state: string
  readonly port: number
  readonly path: string
}

export interface ApiResponse {
  readonly status: number
  readonly json: Record<string, unknown>
  readonly retryAfter: string | null
}

const random = () => randomBytes(24).toString('base64url')
export const laptop = { device: 'ada-laptop', system: 'Linux' }

/** Asks the management API as nobody. */
export async function ask(
  url: string,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<ApiResponse> {
  const page = await createBrowser('rack-gateway/test').visit(`${url}/gateway/api/v1/cli-logins${path}`, {
    json: typeof body === 'string' ? body : JSON.stringify(body),
    headers,
  })
  const json = JSON.parse(page.body)
  return { status: page.status, json, retryAfter: String(page.headers['retry-after'] ?? '') || null }
}

export async function beginLoopback(
  at: LoginSystem,
  more: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Promise<Loopback> {
  const verifier = randomBytes(32).toString('base64url')
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  const request = { port: 49_152, path: random(), state: random() }
  const { status, json } = await ask(at.system.url, '/loopback', { ...laptop, ...request, challenge, ...more }, headers)
  if (status !== 201) throw new Error(`the login was not begun: ${JSON.stringify(json)}`)
  return { ...request, verifier, address: String(json.address) }
}

export interface DeviceLogin {
  readonly code: string
  readonly secret: string
}

export async function beginDevice(
  at: LoginSystem,
  more: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Promise<DeviceLogin> {
  const { status, json } = await ask(at.system.url, '/device', { ...laptop, ...more }, headers)
  if (status !== 201) throw new Error(`the login was not begun: ${JSON.stringify(json)}`)
  return { code: String(json.code), secret: String(json.secret) }
}

/** Goes on as a browser does until there is a page, choosing `person` whenever the provider asks. */
export async function follow(browser: Browser, url: string, user: string, visit: Visit = {}): Promise<Page> {
  let page = await browser.visit(url, visit)
  for (let steps = 0; steps < 20; steps++) {
    if (page.location?.includes('/choose/'))
      page = await browser.visit((await browser.visit(page.location, { form: { user } })).location ?? '')
    else if (page.location === null || isCallback(page.location)) return page
    else page = await browser.visit(page.location, visit.headers === undefined ? {} : { headers: visit.headers })
  }
  throw new Error(`${url} leads nowhere`)
}

function isCallback(url: string): boolean {
  return /^\/[\w-]{32}$/.test(new URL(url).pathname)
}

/** The fields that the form of a page sends along, hidden ones. */
export function hiddenFields({ body }: Page): Record<string, string> {
  const fields = [...body.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g)]
  return Object.fromEntries(fields.map(([, name = '', value = '']) => [name, value]))
}

/** Presses a button of the page that asks. */
export function decide(
  at: LoginSystem,
  browser: Browser,
  page: Page,
  decision: 'allow' | 'deny',
  more: Visit & { readonly fields?: Record<string, string> } = {},
): Promise<Page> {
  const [, action = ''] = /<form method="post" action="([^"]+)">/.exec(page.body) ?? []
  const { fields = {}, ...visit } = more
  return at.visit(browser, action, { ...visit, form: { ...hiddenFields(page), decision, ...fields } })
}

/** Opens the form of codes as `person` and types one. */
export async function typeCode(
  at: LoginSystem,
  code: string,
  user: string,
  { browser = createBrowser(), headers = {} }: { browser?: Browser; headers?: Record<string, string> } = {},
): Promise<{ browser: Browser; page: Page }> {
  const form = await follow(browser, `${at.system.url}/gateway/device`, user, { headers })
  const page = await at.visit(browser, '/gateway/device', { headers, form: { ...hiddenFields(form), code } })
  return { browser, page }
}

/** What a callback brings to the process that listens. */
export function broughtBy(page: Page): { code: string | null; state: string | null; error: string | null; url: URL } {
  const url = new URL(page.location ?? 'http://nowhere')
  const { searchParams } = url
  return { url, code: searchParams.get('code'), state: searchParams.get('state'), error: searchParams.get('error') }
}
