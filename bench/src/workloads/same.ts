import { isDeepStrictEqual } from 'node:util'
import type { NamedAnswer } from './ask.ts'

/**
 * Compares every answer with the first one that isn't masked.
 *
 * @param masked returns the expected form of the first answer, with the masks of `shown`
 * @throws if one differs
 */
export function expectSame(
  answers: readonly NamedAnswer[],
  masked: (open: unknown, shown: unknown) => unknown = (open) => open,
): void {
  const model = answers.find(({ masks }) => !masks)
  if (!model) throw new Error('there is nobody to compare with')
  for (const { name, masks, value } of answers) {
    const expected = masks ? masked(model.value, value) : model.value
    if (!isDeepStrictEqual(value, expected)) throw new Error(`${name} answers something else than ${model.name}`)
  }
}
