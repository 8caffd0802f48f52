import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { type LoginSystem, startLoginSystem } from './login/login.ts'

const executable = process.env.CHROMIUM_BIN ?? ''

/** Tests that need Chromium. `.ci/test.mjs` finds it. Under `CI`, they fail without it; elsewhere they are skipped. */
export function describeInChromium(name: string, tests: () => void): void {
  describe.skipIf(executable === '' && process.env.CI === undefined)(name, tests)
}

export interface WebConsole {
  readonly at: LoginSystem
  readonly url: string
  /** Logs a person in with a new browser profile, and opens a page of the console. */
  open(user: string, path?: string, options?: OpenOptions): Promise<Page>
  /** Ends the browser and the gateway. @throws if a page violated its policy, or wrote an error to its console */
  stop(): Promise<void>
}

interface OpenOptions {
  /** False: the page is expected to violate its policy. */
  readonly isWatched?: boolean
}

type Options = Parameters<typeof startLoginSystem>[1]

/** A gateway with a login, and Chromium in front of it. Every page is watched for violations and errors. */
export async function startWebConsole(options: Options = {}): Promise<WebConsole> {
  const at = await startLoginSystem({}, { rackNames: ['staging', 'production'], ...options })
  const browser = await chromium.launch(chromiumOptions).catch(async (error: unknown) => {
    await at.stop()
    throw error
  })
  const faults: string[] = []
  const url = `http://${options.publicHost ?? '127.0.0.1'}:${at.system.port}`
  return {
    at,
    url,
    async open(user, path = '/gateway/', { isWatched = true } = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' })
      if (isWatched) watch(context, faults)
      const page = await context.newPage()
      await page.goto(`${url}${path}`)
      await page.click(`button[value="${user}"]`)
      await page.waitForURL((address) => address.href.startsWith(url))
      return page
    },
    async stop() {
      await browser.close()
      await at.stop()
      expect(faults).toEqual([])
    },
  }
}

export const chromiumOptions = {
  executablePath: executable,
  // Chromium refuses its sandbox to root.
  chromiumSandbox: process.getuid?.() !== 0,
  env: { ...process.env, PATH: process.env.PATH ?? delimiter },
}

/** Errors that a page writes by itself, and not what the server answered, which tests assert. */
function watch(context: BrowserContext, faults: string[]): void {
  context.on('page', (page) => {
    page.on('pageerror', (error) => faults.push(`${page.url()}: ${error.message}`))
    page.on('console', (message) => {
      const text = message.text()
      if (message.type() === 'error' && !text.startsWith('Failed to load resource'))
        faults.push(`${page.url()}: ${text}`)
    })
  })
}

const artifacts = fileURLToPath(new URL('../test-artifacts', import.meta.url))
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8')

interface Violation {
  readonly id: string
  readonly help: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
}

/** The page returns only what is wrong: all results would take ten times as long as the check itself. */
const runAxe = `axe.run({ exclude: ['[data-live-announcer]'] }, { resultTypes: ['violations'] })
  .then(({ violations }) => violations.map(({ id, help, nodes }) =>
    ({ id, help, nodes: nodes.map(({ html, failureSummary }) => ({ html, failureSummary })) })))`

/**
 * What axe finds on the page as it is: an empty list. The announcer of react-aria-components is left out: for some seconds it
 * has the names of buttons that may be gone.
 */
async function accessibilityFaults(page: Page): Promise<string[]> {
  if (!(await page.evaluate<boolean>(`'axe' in window`))) await page.evaluate(axe)
  const violations = await page.evaluate<readonly Violation[]>(runAxe)
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html} ${failureSummary}`),
  )
}

/** Looks at the page in light, in dark, and at 360 px: keeps a screenshot of each, and runs axe on it. */
export async function lookAt(page: Page, name: string): Promise<void> {
  mkdirSync(artifacts, { recursive: true })
  for (const [look, colorScheme, width] of [
    ['light', 'light', 1280],
    ['dark', 'dark', 1280],
    ['narrow', 'light', 360],
  ] as const) {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height: 800 })
    await page.screenshot({ path: join(artifacts, `${name}-${look}.png`) })
    expect(await accessibilityFaults(page), `${name}, ${look}`).toEqual([])
    expect(
      await page.evaluate<number>('document.documentElement.scrollWidth'),
      `${name}, ${look}: width`,
    ).toBeLessThanOrEqual(width)
  }
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize({ width: 1280, height: 800 })
}
