import { format } from 'node:util'
import createError, { type FastifyError } from '@fastify/error'
import { type Explanation, formatMessage } from './explanation.ts'

export interface ExplainedError extends FastifyError {
  readonly explanation: Explanation
}

export type ExplainedErrorClass<Args extends readonly unknown[]> = new (
  ...args: [...Args, options?: { readonly cause?: unknown }]
) => ExplainedError

interface DefineErrorOptions {
  /** Whether errors have a stack: `false` for errors that a flood of requests can cause. */
  readonly stack?: boolean
  /** `false` leaves the remedy out of the message, for errors whose message becomes part of a longer sentence. */
  readonly remedyInMessage?: boolean
}

/** Both texts may contain `%s` and `%d`. */
interface ErrorDefinition extends Explanation, DefineErrorOptions {}

/**
 * An error class whose text is fixed, apart from its placeholders.
 *
 * @example
 * const NameTaken = defineError<[name: string]>('RGW_NAME_TAKEN', 409, {
 *   reason: 'The name %s is taken.',
 *   remedy: 'Choose another name.',
 * })
 */
export function defineError<Args extends readonly unknown[] = []>(
  code: string,
  status: number,
  { reason, remedy, ...options }: ErrorDefinition,
): ExplainedErrorClass<Args> {
  const inReason = countPlaceholders(reason)
  // Formats each part by itself: in one text, a value could contain the separator of the two parts.
  return errorClass(code, status, options, (args) => ({
    reason: format(reason, ...args.slice(0, inReason)),
    remedy: format(remedy, ...args.slice(inReason, inReason + countPlaceholders(remedy))),
  }))
}

export function defineErrorWithText(
  code: string,
  status: number,
  options: DefineErrorOptions = {},
): ExplainedErrorClass<[reason: string, remedy: string]> {
  return errorClass(code, status, options, ([reason, remedy]) => ({ reason: String(reason), remedy: String(remedy) }))
}

function errorClass<Args extends readonly unknown[]>(
  code: string,
  status: number,
  { stack = true, remedyInMessage = true }: DefineErrorOptions,
  explain: (args: readonly unknown[]) => Explanation,
): ExplainedErrorClass<Args> {
  const Base = createError<[string, { cause?: unknown }?]>(code, '%s', status, Error, stack)
  return class extends Base {
    readonly #explanation: Explanation

    constructor(...args: readonly unknown[]) {
      const explanation = explain(args)
      const cause = findCause(args.at(-1))
      const message = remedyInMessage ? formatMessage(explanation) : explanation.reason
      if (cause === null) super(message)
      else super(message, cause)
      this.#explanation = explanation
    }

    get explanation(): Explanation {
      return this.#explanation
    }
  }
}

function findCause(lastArgument: unknown): { cause: unknown } | null {
  return typeof lastArgument === 'object' && lastArgument !== null && 'cause' in lastArgument
    ? { cause: lastArgument.cause }
    : null
}

function countPlaceholders(text: string): number {
  return text.match(/%[sd]/g)?.length ?? 0
}

/** @returns null for errors that were not defined with this package */
export function explanationOf(error: unknown): Explanation | null {
  if (!(error instanceof Error) || !('explanation' in error)) return null
  const { explanation } = error
  return typeof explanation === 'object' && explanation !== null && 'reason' in explanation && 'remedy' in explanation
    ? (explanation as Explanation)
    : null
}

/** The reason without the remedy. For an error without an explanation, its message. For any other value, `fallback`. */
export function reasonOf(error: unknown, fallback: string): string {
  return explanationOf(error)?.reason ?? (error instanceof Error ? error.message : fallback)
}
