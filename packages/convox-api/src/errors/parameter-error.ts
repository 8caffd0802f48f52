export type ParameterRule =
  | 'ambiguous-parameters'
  | 'unknown-parameter'
  | 'refused-header'
  | 'invalid-parameter'
  | 'foreign-object'

/** Why a request's parameters were rejected. No field contains a parameter's value. */
export interface ParameterError {
  readonly rule: ParameterRule
  readonly reason: string
  readonly remedy: string
  /** The name of the rejected header, as it was sent. */
  readonly header?: string
}

export interface ParameterRequest {
  readonly method: string
  /** The query with its `?`, or empty. */
  readonly search: string
  /** Empty when the header is missing. */
  readonly contentType: string
  /** A form's bytes; null when the body is streamed or missing. */
  readonly body: Buffer | null
  readonly rawHeaders: readonly string[]
}

export function ambiguous(reason: string, remedy: string): ParameterError {
  return { rule: 'ambiguous-parameters', reason, remedy }
}
