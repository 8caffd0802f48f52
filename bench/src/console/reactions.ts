import type { Page } from 'playwright-core'

interface Reaction {
  readonly name: string
  /** The path below `/gateway`. */
  readonly path: string
  /** The selector of an element to wait for. The pointer is moved onto this element. */
  readonly target: string
  /** Keys that are pressed before the measurement. */
  readonly before?: (page: Page) => Promise<unknown>
  /** Default: a press of the pointer on the target. */
  readonly press?: (page: Page) => Promise<unknown>
}

/** Presses of a key or of the pointer, on pages that are loaded. */
export const reactions: readonly Reaction[] = [
  {
    name: 'the command palette opens (Ctrl+K)',
    path: '/',
    target: 'h1',
    before: (page) => page.keyboard.down('Control'),
    press: (page) => page.keyboard.press('k'),
  },
  {
    name: 'a shortcut leads to the audit page (g a)',
    path: '/',
    target: 'h1',
    before: (page) => page.keyboard.press('g'),
    press: (page) => page.keyboard.press('a'),
  },
  { name: 'a link leads to the policy page', path: '/', target: 'nav a:has-text("Policy")' },
  { name: 'an event opens', path: '/audit', target: '[role=row][aria-rowindex="2"] [role=gridcell]' },
  { name: 'a dialog opens', path: '/apps/staging/myapp/services', target: 'button[aria-label="Scale web"]' },
]

/** Resolves to the milliseconds from the next press to the frame after the first change of the document. */
const startClock = `
  window.reaction = new Promise((resolve) => {
    let pressedAt = null
    const press = ({ timeStamp }) => { pressedAt ??= timeStamp }
    for (const kind of ['keydown', 'pointerdown']) addEventListener(kind, press, { capture: true, once: true })
    const observer = new MutationObserver(() => {
      if (pressedAt === null) return
      observer.disconnect()
      requestAnimationFrame(() => resolve(performance.now() - pressedAt))
    })
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
  })
  undefined`

/**
 * @param url the address of the console, with `/gateway`
 * @returns milliseconds from the press to the first visible change
 */
export async function timeReaction(page: Page, url: string, reaction: Reaction): Promise<number> {
  const { path, target, before, press } = reaction
  await page.goto(`${url}${path}`)
  const shown = page.locator(target).first()
  await shown.hover()
  await page.waitForLoadState('networkidle')
  await before?.(page)
  await page.evaluate(startClock)
  await (press?.(page) ?? page.mouse.down())
  await page.mouse.up()
  const milliseconds = await page.evaluate<number>('window.reaction')
  await page.keyboard.up('Control')
  return milliseconds
}
