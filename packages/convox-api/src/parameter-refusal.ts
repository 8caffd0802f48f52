export type ParameterRule =
  | 'ambiguous-parameters'
  | 'unknown-parameter'
  | 'refused-header'
  | 'invalid-parameter'
  | 'foreign-object'

export interface ParameterRefusal {
  readonly refused: ParameterRule
  /** Names what, and says why. Holds nothing of any value. */
  readonly reason: string
  /** What to do about it. */
  readonly next: string
  /** The header's name, as it was sent. */
  readonly header?: string
}

export interface ParameterRequest {
  readonly method: string
  /** Empty, or from `?` on. */
  readonly search: string
  /** Empty where there is none. */
  readonly contentType: string
  /** A form's bytes; null where the body is streamed or there is none. */
  readonly body: Buffer | null
  readonly rawHeaders: readonly string[]
}

export function ambiguous(reason: string, next: string): ParameterRefusal {
  return { refused: 'ambiguous-parameters', reason, next }
}
