import { UnmaskableAnswer } from './errors.ts'
import { hidePasswords } from './masks/addresses.ts'
import { hasDoubledKeys, parseJson, renderJson } from './masks/json.ts'
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
