import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { startDemoProcess } from '../support/demo.ts'
import { dataDirectory, leaveNothing } from '../support/processes.ts'
import { chromiumOptions, describeInChromium } from '../support/web-console.ts'

describeInChromium('the demo with --web-dev', () => {
  afterAll(leaveNothing)

  test('serves the console from its sources at the own origin, with hot reload, to people who are logged in', async () => {
    const { file } = await startDemoProcess(join(dataDirectory(), 'web-dev'), {}, ['--web-dev'])
    const unauthenticated = await fetch(`${file.gateway}/gateway/policy`, { redirect: 'manual' })
    expect(unauthenticated.headers.get('location')).toContain('/gateway/auth/login')
    const browser = await chromium.launch(chromiumOptions)
    try {
      const page = await browser.newPage()
      const connected = page.waitForEvent('console', { predicate: (message) => message.text().includes('connected.') })
      const socket = page.waitForEvent('websocket')
      await page.goto(`${file.gateway}/gateway/`)
      await page.click('button[value="admin"]')
      await page.getByRole('heading', { name: 'Overview' }).waitFor()
      expect(new URL((await socket).url()).host).toBe(new URL(file.gateway).host)
      await connected
      expect(await page.locator('script[src*="/src/main.tsx"]').count()).toBe(1)
    } finally {
      await browser.close()
    }
  })
})
