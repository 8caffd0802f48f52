import fc from 'fast-check'

/** Of `usual` most of the time, so that enough calls are allowed to have something to compare. */
export function usually<T>(usual: fc.Arbitrary<T>, hostile: fc.Arbitrary<T>, weight = 8): fc.Arbitrary<T> {
  return fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: hostile })
}
