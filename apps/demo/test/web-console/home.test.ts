import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeInChromium, lookAt, startWebConsole, type WebConsole } from '../support/web-console.ts'

describeInChromium('the first page of the web console', () => {
  let at: WebConsole
  beforeAll(async () => {
    at = await startWebConsole()
  })
  afterAll(() => at.stop())

  test('shows a person their racks, roles, and sessions, and how to connect', async () => {
    const page = await at.open('admin')
    await page.getByRole('heading', { name: 'Home' }).waitFor()
    expect(await page.getByRole('region', { name: 'Your racks' }).textContent()).toContain('production')
    await page.getByText(/ on Linux$/).waitFor()
    await page.getByText(`rack-gateway login production ${at.url}`).waitFor()
    await lookAt(page, 'home')
  })

  test('a revoked session disappears from the list, and its device is logged out', async () => {
    const one = await at.open('viewer')
    const other = await at.open('viewer')
    await other
      .getByRole('button', { name: /^Revoke the session/ })
      .nth(1)
      .waitFor()
    const rows = other.getByRole('row').filter({ hasNotText: 'This browser' })
    await rows.getByRole('button', { name: /^Revoke the session/ }).click()
    await other.getByRole('button', { name: 'Revoke the session', exact: true }).click()
    await other.getByText('was revoked').waitFor()
    await one
      .getByRole('button', { name: /^Revoke the session/ })
      .first()
      .click()
    await one.getByRole('button', { name: 'Revoke the session', exact: true }).click()
    await one.getByRole('heading', { name: 'Your session has ended' }).waitFor()
    await one.getByRole('link', { name: 'Log in again' }).click()
    await one.click('button[value="viewer"]')
    await one.getByRole('heading', { name: 'Home' }).waitFor()
  })

  test('the pages and the actions can be reached with the keyboard alone', async () => {
    const page = await at.open('admin')
    await page.getByRole('heading', { name: 'Home' }).waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('o')
    await page.getByRole('heading', { name: 'Policy' }).waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('searchbox', { name: 'Find or run' }).waitFor()
    await page.keyboard.type('open home')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Home' }).waitFor()
    await page.keyboard.press('?')
    await page.getByRole('heading', { name: 'Keyboard shortcuts' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('heading', { name: 'Keyboard shortcuts' }).waitFor({ state: 'detached' })
  })

  test('a person who asks for a page without a session gets it after the login', async () => {
    const page = await at.open('viewer', '/gateway/policy?rack=staging')
    expect(page.url()).toBe(`${at.url}/gateway/policy?rack=staging`)
  })
})
