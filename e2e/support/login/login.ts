import type { LoginSettings } from '@rack-gateway/auth/login'
import { lendKeyPairs } from '@rack-gateway/auth/testing'
import { type DemoIdentityProvider, startDemoIdentityProvider } from '@rack-gateway/demo/identity-provider'
import { type System, type SystemOptions, startSystem } from '../gateway/system.ts'
import { type Browser, createBrowser, type Page, type Visit } from './browser.ts'

export interface LoginSystem {
  readonly system: System
  readonly idp: DemoIdentityProvider
  /** Opens the login, in a new browser by default, and chooses a person. @returns the callback address, which was not opened yet */
  goAndChoose(user: string, options?: ChooseOptions): Promise<{ browser: Browser; callback: string }>
  /** The complete login. */
  login(user: string, options?: ChooseOptions): Promise<{ browser: Browser; page: Page }>
  /** Continues from a redirect to the provider: chooses a person there, and opens the callback. */
  chooseFrom(browser: Browser, begun: Page, user: string): Promise<Page>
  visit(browser: Browser, path: string, visit?: Visit): Promise<Page>
  stop(): Promise<void>
}

export interface ChooseOptions {
  readonly browser?: Browser
  readonly returnTo?: string
}

/** A gateway whose people log in at the demo's identity provider. */
export async function startLoginSystem(
  settings: Partial<LoginSettings> = {},
  options: Omit<SystemOptions, 'login'> = {},
): Promise<LoginSystem> {
  const started: { idp?: DemoIdentityProvider } = {}
  const keyPairs = lendKeyPairs()
  const system = await startSystem({
    ...options,
    async login(publicUrl) {
      const idp = await startDemoIdentityProvider({ gatewayUrl: publicUrl, generateKeyPair: keyPairs.take })
      started.idp = idp
      const { issuer, clientId, clientSecret } = idp
      const rules = { groupsClaim: 'groups', allowedDomains: ['example.com'], adminUsers: ['admin@example.com'] }
      return {
        publicUrl,
        issuer,
        clientId,
        clientSecret,
        ...rules,
        defaultRole: null,
        sessionIdle: 43_200_000,
        sessionLife: 30 * 86_400_000,
        ...settings,
      }
    },
  }).catch(async (error: unknown) => {
    await started.idp?.close()
    throw error
  })
  const { idp } = started
  if (!idp) throw new Error('the system was started without a login')

  const { publicHost } = options
  const url = publicHost === undefined ? system.url : system.url.replace('127.0.0.1', publicHost)
  const goAndChoose = (user: string, options?: ChooseOptions) => chooseAt(url, user, options)

  return {
    system,
    idp,
    goAndChoose,
    async login(user, options) {
      const { browser, callback } = await goAndChoose(user, options)
      return { browser, page: await browser.visit(callback) }
    },
    chooseFrom: async (browser, begun, user) => browser.visit(await chooseFrom(browser, begun, user)),
    visit: (browser, path, visit) => browser.visit(`${url}${path}`, visit),
    async stop() {
      await system.stop()
      await idp.close()
      keyPairs.takeBack()
    },
  }
}

async function chooseAt(url: string, user: string, { browser = createBrowser(), returnTo }: ChooseOptions = {}) {
  const query = returnTo === undefined ? '' : `?return_to=${encodeURIComponent(returnTo)}`
  const begun = await browser.visit(`${url}/gateway/auth/login${query}`)
  return { browser, callback: await chooseFrom(browser, begun, user) }
}

async function chooseFrom(browser: Browser, begun: Page, user: string): Promise<string> {
  const choice = await browser.visit(to(begun))
  const chosen = await browser.visit(to(choice), { form: { user } })
  const resumed = await browser.visit(to(chosen))
  return to(resumed.location === null ? await submitForms(browser, resumed) : resumed)
}

/** The provider ends the session of the account before with a form that the browser submits by itself. */
async function submitForms(browser: Browser, page: Page): Promise<Page> {
  const address = /<form method="post" action="([^"]+)"/.exec(page.body)?.[1]
  if (address === undefined) return page
  const inputs = [...page.body.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)]
  const form = Object.fromEntries(inputs.map(([, name = '', value = '']) => [name, value]))
  const submitted = await browser.visit(address, { form })
  return submitted.location === null ? submitted : browser.visit(submitted.location)
}

/** A complete login at a gateway in another process, with the demo's identity provider. */
export async function walkThroughLogin(url: string, user: string): Promise<{ browser: Browser; page: Page }> {
  const { browser, callback } = await chooseAt(url, user)
  return { browser, page: await browser.visit(callback) }
}

function to(page: Page): string {
  if (page.location === null) throw new Error(`${page.url} answered ${page.status} and leads nowhere: ${page.body}`)
  return page.location
}
