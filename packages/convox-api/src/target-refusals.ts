import type { TargetRefusal } from './types.ts'

/** Longest target that is read, in bytes, query included. */
export const maxTargetLength = 8192

export const tooLong: TargetRefusal = Object.freeze({
  rule: 'target-too-long',
  reason: `the request target is longer than ${maxTargetLength} bytes`,
  next: 'use a shorter one',
})
export const wrongForm: TargetRefusal = Object.freeze({
  rule: 'target-form',
  reason: 'the request target must begin with a slash',
  next: 'send the path alone, without scheme and host',
})
export const doubleSlash: TargetRefusal = Object.freeze({
  rule: 'leading-double-slash',
  reason: 'the path begins with two slashes',
  next: 'remove the slash at the end of RACK_URL',
})
export const notCanonical: TargetRefusal = Object.freeze({
  rule: 'canonical-path',
  reason: 'the path is not in canonical form, so two programs could read it differently',
  next: 'send it without escapes, empty or dot segments, and special characters',
})
export const unsafeQuery: TargetRefusal = Object.freeze({
  rule: 'canonical-path',
  reason: 'the query holds a character that programs read differently or rewrite',
  next: 'escape everything but letters, digits and the usual punctuation',
})
