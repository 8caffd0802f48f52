import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'

/** @throws if there is no Chromium */
export function launchChromium(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_BIN ?? onPath('chromium') ?? onPath('chromium-headless-shell')
  if (executablePath === undefined) throw new Error('Chromium is missing. Install it, or set CHROMIUM_BIN.')
  return chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0 })
}

function onPath(name: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

/** Uses a browser profile of its own. */
export async function logIn(browser: Browser, url: string, user: string, path = '/gateway/'): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  const page = await context.newPage()
  await page.goto(`${url}${path}`)
  await page.click(`button[value="${user}"]`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  return page
}

/** @returns milliseconds from the navigation until the element is shown, by the clock of the page */
export async function timeUntil(page: Page, address: string, selector: string): Promise<number> {
  await page.goto(address, { waitUntil: 'commit' })
  await page.locator(selector).first().waitFor()
  return page.evaluate<number>('performance.now()')
}
