import { isDeepStrictEqual } from 'node:util'
import type { NamedResponse } from './ask.ts'

/**
 * Compares every response with the first response that has no masks.
 *
 * @param withMasksOf returns `unmasked` with the masks that `masked` has
 * @throws if a response differs, or if every response has masks
 */
export function expectSame(
  responses: readonly NamedResponse[],
  withMasksOf: (unmasked: unknown, masked: unknown) => unknown = (unmasked) => unmasked,
): void {
  const model = responses.find(({ hasMasks }) => !hasMasks)
  if (!model) throw new Error('no subject answers without masks')
  for (const { name, hasMasks, value } of responses) {
    const expected = hasMasks ? withMasksOf(model.value, value) : model.value
    if (!isDeepStrictEqual(value, expected)) throw new Error(`${name} answers something else than ${model.name}`)
  }
}
