import type { TargetError } from '../routes/types.ts'

/** Maximum length of a request target in bytes, query included. */
export const maxTargetLength = 8192

export const tooLong: TargetError = Object.freeze({
  rule: 'target-too-long',
  reason: `The request target is longer than ${maxTargetLength} bytes.`,
  remedy: 'Use a shorter target.',
})
export const wrongForm: TargetError = Object.freeze({
  rule: 'target-form',
  reason: 'The request target does not begin with a slash.',
  remedy: 'Send only the path, without scheme and host.',
})
export const doubleSlash: TargetError = Object.freeze({
  rule: 'leading-double-slash',
  reason: 'The path begins with two slashes.',
  remedy: 'Remove the slash at the end of RACK_URL.',
})
export const notCanonical: TargetError = Object.freeze({
  rule: 'canonical-path',
  reason: 'The path is not in canonical form, so two programs could read it differently.',
  remedy: 'Send the path without escapes, empty segments, dot segments, and special characters.',
})
export const unsafeQuery: TargetError = Object.freeze({
  rule: 'canonical-path',
  reason: 'The query contains a character that some programs read differently or rewrite.',
  remedy: 'Escape every character except letters, digits, and common punctuation.',
})
