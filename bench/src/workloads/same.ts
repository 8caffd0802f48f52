import { isDeepStrictEqual } from 'node:util'
import type { NamedAnswer } from './ask.ts'

/**
 * Compares every answer with the first answer that has no masks.
 *
 * @param withMasksOf returns `unmasked` with the masks that `masked` has
 * @throws if an answer differs, or if every answer has masks
 */
export function expectSame(
  answers: readonly NamedAnswer[],
  withMasksOf: (unmasked: unknown, masked: unknown) => unknown = (unmasked) => unmasked,
): void {
  const model = answers.find(({ hasMasks }) => !hasMasks)
  if (!model) throw new Error('no subject answers without masks')
  for (const { name, hasMasks, value } of answers) {
    const expected = hasMasks ? withMasksOf(model.value, value) : model.value
    if (!isDeepStrictEqual(value, expected)) throw new Error(`${name} answers something else than ${model.name}`)
  }
}
