import { UnmaskableResponse } from '../errors/errors.ts'
import { type JsonBounds, jsonBoundsFaultInSteps } from '../json-bounds/json-bounds.ts'
import type { MaskPolicy } from '../routes/types.ts'
import { hasDuplicateKeys, parseJson, renderJson, valueBounds } from './json.ts'
import { isList, listItems, maxValueSize, tooLarge } from './list-items.ts'
import { maskFunctions } from './mask-functions.ts'
import type { MaskView } from './mask-view.ts'
import { redactRackToken } from './redact-rack-token.ts'
import { redactPasswordsInText } from './url-passwords.ts'

/**
 * Masks what a principal may not see in a response of the rack. Fails closed: it throws if the response does not have
 * the expected shape.
 *
 * @param body the text of a successful response; use `redactText` for errors
 * @returns `body` itself, byte for byte, if there is nothing to mask; else JSON as the rack formats it
 * @throws UnmaskableResponse
 */
export function maskResponse(policy: MaskPolicy, body: string, view: MaskView): string {
  const unmasked = policy === 'plain' || policy === 'opaque' || policy === 'stream'
  return withoutRackToken(unmasked ? body : maskJson(policy, body, view), view)
}

/**
 * The bounds of a list that is parsed item by item. A list of 16 MiB, which is the largest that the gateway masks, has
 * fewer members and items, because each takes some 20 bytes with its name and its indentation.
 */
const listBounds: JsonBounds = { depth: valueBounds.depth, entries: 1_000_000 }

/**
 * As `maskResponse`, for large responses: yields the parts of the masked text, which can be empty. A list is parsed and
 * masked item by item. Unchanged items stay byte for byte.
 *
 * @param body the UTF-8 bytes of the response, divided anywhere
 * @throws UnmaskableResponse
 */
export function* maskResponseInSteps(policy: MaskPolicy, body: readonly Buffer[], view: MaskView): Generator<string> {
  if (policy === 'plain' || policy === 'opaque' || policy === 'stream') {
    yield maskResponse(policy, Buffer.concat(body).toString('utf8'), view)
    return
  }
  const isOneValue = !isList(body)
  if (isOneValue && sizeOf(body) > maxValueSize) throw new UnmaskableResponse(tooLarge)
  yield* checkBounds(body, isOneValue ? valueBounds : listBounds)
  if (isOneValue) {
    yield maskResponse(policy, Buffer.concat(body).toString('utf8'), view)
    return
  }
  let isFirst = true
  const items = listItems(body)
  for (let step = items.next(); ; step = items.next()) {
    if (step.done) {
      yield `${isFirst ? '[' : ''}${step.value}`
      return
    }
    if (step.value === null) {
      yield ''
      continue
    }
    const { space, text } = step.value
    const item = maskItem(policy, text, view)
    yield item === null ? '' : `${isFirst ? '[' : ','}${space}${item}`
    if (item !== null) isFirst = false
  }
}

function* checkBounds(body: readonly Buffer[], bounds: JsonBounds): Generator<string, void> {
  const steps = jsonBoundsFaultInSteps(body, bounds)
  for (let step = steps.next(); ; step = steps.next()) {
    if (!step.done) yield ''
    else if (step.value === null) return
    else throw new UnmaskableResponse(step.value)
  }
}

function sizeOf(chunks: readonly Buffer[]): number {
  return chunks.reduce((sum, { length }) => sum + length, 0)
}

/** Masks one item of a list; null if the principal may not see it. */
function maskItem(policy: keyof typeof maskFunctions, text: string, view: MaskView): string | null {
  const list = maskJson(policy, `[${text}]`, view)
  if (list === `[${text}]`) return withoutRackToken(text, view)
  if (list === '[]\n') return null
  const trailingSpace = text.slice(text.trimEnd().length)
  return withoutRackToken(list.slice(listBegin.length, -listEnd.length), view) + trailingSpace
}

const listBegin = '[\n  '
const listEnd = '\n]\n'

/** Redacts passwords in URLs and the rack's token in a text of unknown shape, such as an error of the rack. */
export function redactText(text: string, view: MaskView): string {
  return withoutRackToken(view.secrets ? text : redactPasswordsInText(text), view)
}

function maskJson(policy: keyof typeof maskFunctions, body: string, view: MaskView): string {
  const value = parseJson(body)
  const masked = maskFunctions[policy](value, view)
  if (masked !== value) return renderJson(masked)
  if (hasDuplicateKeys(body, value)) throw new UnmaskableResponse('an object has a duplicate key')
  return body
}

function withoutRackToken(text: string, view: MaskView): string {
  return view.rackToken === null ? text : redactRackToken(text, view.rackToken)
}
