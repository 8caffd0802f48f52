import { UnmaskableAnswer } from './errors.ts'
import { hidePasswords } from './masks/addresses.ts'
import { hasDoubledKeys, parseJson, renderJson } from './masks/json.ts'
import { isList, listItems } from './masks/list-items.ts'
import { scrubToken } from './masks/rack-token.ts'
import { shapes } from './masks/shapes.ts'
import type { MaskView } from './masks/view.ts'
import type { MaskPolicy } from './types.ts'

/**
 * Shows an answer of the rack as a principal may see it. Fails closed: an answer that hasn't the shape of its policy isn't shown.
 *
 * @param body a successful answer's text; errors go through `maskText`
 * @returns `body` itself, byte for byte, when there was nothing to mask; else JSON as the rack writes it
 * @throws UnmaskableAnswer
 */
export function maskAnswer(policy: MaskPolicy, body: string, view: MaskView): string {
  const unmasked = policy === 'plain' || policy === 'opaque' || policy === 'stream'
  return scrubbed(unmasked ? body : maskJson(policy, body, view), view)
}

/**
 * `maskAnswer` in steps, for large answers: yields the parts of what is shown. A list is parsed and masked item by item.
 * Items that nothing changes in stay byte for byte.
 *
 * @throws UnmaskableAnswer
 */
export function* maskInSteps(policy: MaskPolicy, body: string, view: MaskView): Generator<string> {
  if (policy === 'plain' || policy === 'opaque' || policy === 'stream' || !isList(body)) {
    yield maskAnswer(policy, body, view)
    return
  }
  let isFirst = true
  const items = listItems(body)
  for (let step = items.next(); ; step = items.next()) {
    if (step.done) {
      yield `${isFirst ? '[' : ''}${step.value}`
      return
    }
    const { space, text } = step.value
    const item = maskItem(policy, text, view)
    if (item === null) continue
    yield `${isFirst ? '[' : ','}${space}${item}`
    isFirst = false
  }
}

/** An item of a list, masked as the only item of its list; null when it isn't shown. */
function maskItem(policy: keyof typeof shapes, text: string, view: MaskView): string | null {
  const list = maskJson(policy, `[${text}]`, view)
  if (list === `[${text}]`) return scrubbed(text, view)
  if (list === '[]\n') return null
  const spaceBehind = text.slice(text.trimEnd().length)
  return scrubbed(list.slice(listBegin.length, -listEnd.length), view) + spaceBehind
}

const listBegin = '[\n  '
const listEnd = '\n]\n'

/** Shows a text of unknown shape, such as an error of the rack: passwords in addresses and the rack's token are hidden. */
export function maskText(text: string, view: MaskView): string {
  return scrubbed(view.secrets ? text : hidePasswords(text), view)
}

function maskJson(policy: keyof typeof shapes, body: string, view: MaskView): string {
  const value = parseJson(body)
  return walked(() => {
    const masked = shapes[policy](value, view)
    if (masked !== value) return renderJson(masked)
    if (hasDoubledKeys(body, value)) throw new UnmaskableAnswer('it says a thing twice')
    return body
  })
}

/** An answer nested so deep that it can't be walked can't be masked either. */
function walked(walk: () => string): string {
  try {
    return walk()
  } catch (error) {
    if (error instanceof RangeError) throw new UnmaskableAnswer('it is nested too deep')
    throw error
  }
}

function scrubbed(text: string, view: MaskView): string {
  return view.rackToken === null ? text : scrubToken(text, view.rackToken)
}
