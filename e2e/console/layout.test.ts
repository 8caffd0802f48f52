import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { brokenWords, elementsOutside, layoutShift, openAndSettle } from '../support/console-layout.ts'
import { type LongContent, long, startConsoleWithLongContent } from '../support/long-content.ts'
import { describeInChromium } from '../support/web-console.ts'

const widths = [1280, 360]

/** Views of a route beside the one without parameters. */
const views: Readonly<Record<string, (ids: LongContent['ids']) => readonly string[]>> = {
  '/policy': () => [
    '?text=built-in',
    '?tab=matrix',
    '?tab=matrix&permission=process:exec',
    '?tab=rules',
    '?tab=decision&route=POST%20/apps',
    '?tab=proposal',
    '?tab=would-be',
    '?tab=would-be&since=24h&rack=staging',
  ],
  '/recordings/$recording': ({ recording, liveRecording }) => [`/../${liveRecording}?t=1`, `/../${recording}?t=1`],
  '/audit': () => ['?q=result%3Adeny', '?q=nonsense%3Ax'],
  '/people/users': ({ user }) => [`?open=${user}`],
  '/people/groups': () => [`?open=${long.name}-deployers`],
  '/people/service-accounts': ({ serviceAccount }) => [`?open=${serviceAccount}`],
  '/people/tokens': ({ token }) => [`?open=${token}`],
  '/people/trusts': ({ trust }) => [`?open=${trust}`],
}

/** An item that is open beside its list. */
const panel = 'main aside'

describeInChromium('the layout of every page', () => {
  let content: LongContent
  let admin: Page
  let paths: readonly string[]

  beforeAll(async () => {
    content = await startConsoleWithLongContent()
    admin = await content.at.open('admin')
    await admin.locator('h1').waitFor()
    paths = pathsOf(await admin.evaluate<string[]>('Object.keys(__TSR_ROUTER__.routesByPath)'), content.ids)
  })
  afterAll(() => content?.stop())

  test.each(widths)('at %i px, nothing is outside of the page, no word is broken, and nothing moves', async (width) => {
    const faults: string[] = []
    let checked = 0
    await admin.setViewportSize({ width, height: 800 })
    for (const path of paths) {
      await openAndSettle(admin, `${content.at.url}/gateway${path}`)
      for (const outside of await elementsOutside(admin)) faults.push(`${path} outside: ${outside}`)
      if ((await admin.locator(panel).count()) > 0)
        for (const outside of await elementsOutside(admin, panel))
          faults.push(`${path} outside of its panel: ${outside}`)
      for (const word of await brokenWords(admin)) faults.push(`${path} broken: ${word}`)
      const { sum, moved } = await layoutShift(admin)
      if (sum > 0.02) faults.push(`${path} shift ${sum.toFixed(3)}: ${moved.join('\n    ')}`)
      checked++
    }
    expect(faults).toEqual([])
    expect(checked).toBeGreaterThan(35)
  })
})

/** @param routes the paths of all routes of the console, with `$` before the name of a parameter */
function pathsOf(routes: readonly string[], ids: LongContent['ids']): string[] {
  const parameters: Readonly<Record<string, string>> = {
    $rack: long.rack,
    $app: long.app,
    $recording: ids.recording,
    $event: ids.event,
  }
  return routes.flatMap((route) => {
    const path = route.replace(/\$\w+/g, (name) => {
      const value = parameters[name]
      if (value === undefined) throw new Error(`no value for the parameter ${name} of the route ${route}`)
      return value
    })
    return ['', ...(views[route]?.(ids) ?? [])].map((search) => `${path}${search}`)
  })
}
