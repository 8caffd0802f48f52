import { format } from 'node:util'
import createError, { type FastifyError } from '@fastify/error'
import { sentenceOf, type Words } from './words.ts'

/** What is said of an error: why, and behind the line break what to do. Holes are `%s` and `%d`. */
export type Bordered = `${string}\n${string}`

export interface Refusal extends FastifyError {
  readonly words: Words
}

export type RefusalClass<Args extends readonly unknown[]> = new (
  ...args: [...Args, options?: { readonly cause?: unknown }]
) => Refusal

interface RefusalOptions {
  /** `false` for what a flood can cause. */
  readonly stack?: boolean
  /** Whether the message is the reason alone: of what mostly goes on as a part of something longer. */
  readonly brief?: boolean
}

/** An error whose sentence is the same wherever it is thrown, but for its holes. */
export function createRefusal<Args extends readonly unknown[] = []>(
  code: string,
  text: Bordered,
  status: number,
  options: RefusalOptions = {},
): RefusalClass<Args> {
  const border = text.indexOf('\n')
  const [why, what] = [text.slice(0, border), text.slice(border + 1)]
  const holes = countHoles(why)
  return refusalClass(code, status, options, (args) => ({
    reason: format(why, ...args.slice(0, holes)),
    next: format(what, ...args.slice(holes, holes + countHoles(what))),
  }))
}

/** An error that says what whoever throws it says. */
export function createTold(
  code: string,
  status: number,
  options: RefusalOptions = {},
): RefusalClass<[reason: string, next: string]> {
  return refusalClass(code, status, options, ([reason, next]) => ({ reason: String(reason), next: String(next) }))
}

function refusalClass<Args extends readonly unknown[]>(
  code: string,
  status: number,
  { stack = true, brief = false }: RefusalOptions,
  wordsFor: (args: readonly unknown[]) => Words,
): RefusalClass<Args> {
  const Base = createError<[string, { cause?: unknown }?]>(code, '%s', status, Error, stack)
  return class extends Base {
    readonly #words: Words

    constructor(...args: readonly unknown[]) {
      const words = wordsFor(args)
      const cause = causeIn(args.at(-1))
      const message = brief ? words.reason : sentenceOf(words)
      if (cause === null) super(message)
      else super(message, cause)
      this.#words = words
    }

    get words(): Words {
      return this.#words
    }
  }
}

function causeIn(last: unknown): { cause: unknown } | null {
  return typeof last === 'object' && last !== null && 'cause' in last ? { cause: last.cause } : null
}

function countHoles(text: string): number {
  return text.match(/%[sd]/g)?.length ?? 0
}

/** What an error of ours says; null for any other. */
export function wordsOf(error: unknown): Words | null {
  if (!(error instanceof Error) || !('words' in error)) return null
  const { words } = error
  return typeof words === 'object' && words !== null && 'reason' in words && 'next' in words ? (words as Words) : null
}

/** Why, without what to do: for what goes on as a part of something longer. */
export function reasonOf(error: unknown, otherwise: string): string {
  return wordsOf(error)?.reason ?? (error instanceof Error ? error.message : otherwise)
}
