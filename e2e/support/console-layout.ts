import type { Page, Request as PageRequest } from 'playwright-core'

const maxFrames = 1_200

/** Waits until the page has shown the answers of all its calls. Streams, which do not end, are left out. */
export async function openAndSettle(page: Page, url: string): Promise<void> {
  const open = new Set<PageRequest>()
  const begin = (request: PageRequest) => {
    if (!isStream(request)) open.add(request)
  }
  const end = (request: PageRequest) => open.delete(request)
  page.on('request', begin)
  page.on('requestfinished', end)
  page.on('requestfailed', end)
  try {
    await page.goto(url)
    await page.locator('h1').first().waitFor()
    // An answer can lead to another request, which the page sends before its next frame but one.
    for (let quietFrames = 0, frames = 0; quietFrames < 6; quietFrames++, frames++) {
      if (frames > maxFrames) throw new Error(`${url} still waits for ${[...open].map((request) => request.url())}`)
      await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => resolve()))')
      if (open.size > 0) quietFrames = -1
    }
  } finally {
    page.off('request', begin)
    page.off('requestfinished', end)
    page.off('requestfailed', end)
  }
}

function isStream(request: PageRequest): boolean {
  return /\/(?:logs|stream|live)(?:\?|$)/.test(request.url()) || request.headers().accept === 'text/event-stream'
}

/** How much moved since the page was loaded, other than after an input. */
export function layoutShift(page: Page): Promise<{ sum: number; moved: string[] }> {
  return page.evaluate(`new Promise((resolve) => {
    let sum = 0
    const moved = []
    new PerformanceObserver((list) => {
      for (const { value, hadRecentInput, sources } of list.getEntries()) {
        if (hadRecentInput) continue
        sum += value
        for (const { node, previousRect, currentRect } of sources)
          moved.push([value.toFixed(3), node?.nodeName, node?.className, node?.textContent?.slice(0, 60),
            JSON.stringify(previousRect), JSON.stringify(currentRect)].join(' '))
      }
    }).observe({ type: 'layout-shift', buffered: true })
    requestAnimationFrame(() => requestAnimationFrame(() => resolve({ sum, moved })))
  })`)
}

/**
 * Elements that are outside of the window or of `box` at the right or left. What an area with its own scroll bar or
 * with an ellipsis contains is inside.
 */
export function elementsOutside(page: Page, box = 'html'): Promise<string[]> {
  return page.evaluate(`(() => {
    const box = document.querySelector(${JSON.stringify(box)})
    const { left, right } = box.getBoundingClientRect()
    const isClipped = (element) => {
      for (let parent = element.parentElement; parent !== null && parent !== box; parent = parent.parentElement)
        if (getComputedStyle(parent).overflowX !== 'visible') return true
      return false
    }
    const outside = [...box.querySelectorAll('*')].filter((element) => {
      const rect = element.getBoundingClientRect()
      if (rect.width === 0 || rect.height === 0 || element.closest('.visually-hidden, [data-live-announcer]')) return false
      return (rect.right > right + 1 || rect.left < left - 1) && !isClipped(element)
    })
    const scrolls = [document.documentElement, document.querySelector('main'), box]
      .filter((area) => area !== null && area.scrollWidth > area.clientWidth + 1)
      .map((area) => area.nodeName + ' scrolls: ' + area.scrollWidth + ' > ' + area.clientWidth)
    return [...scrolls, ...outside.slice(0, 8).map((element) =>
      [element.nodeName, element.getAttribute('class'), element.textContent?.slice(0, 60)].join(' '))]
  })()`)
}

/** Words that are broken although a line of the narrowest page has room for them. */
export function brokenWords(page: Page, box = '#root'): Promise<string[]> {
  return page.evaluate(`(() => {
    const room = 220
    const broken = []
    const walker = document.createTreeWalker(document.querySelector(${JSON.stringify(box)}), NodeFilter.SHOW_TEXT)
    const range = document.createRange()
    while (walker.nextNode()) {
      const node = walker.currentNode
      if (node.parentElement.closest('.visually-hidden, [data-live-announcer], svg')) continue
      // Digests and keys have no words.
      const text = node.data.replace(/[\\w+/=]{40,}/g, (run) => (/\\d/.test(run) ? ' '.repeat(run.length) : run))
      for (const { 0: word, index } of text.matchAll(/[\\p{L}\\p{N}]+/gu)) {
        range.setStart(node, index)
        range.setEnd(node, index + word.length)
        const rects = [...range.getClientRects()].filter(({ width }) => width > 0)
        const width = rects.reduce((sum, rect) => sum + rect.width, 0)
        if (width <= room && rects.some(({ top }) => Math.abs(top - rects[0].top) > 4))
          broken.push(word + ' in ' + node.parentElement.nodeName + ' ' + node.parentElement.closest('[class]')?.className)
      }
    }
    return broken.slice(0, 8)
  })()`)
}
