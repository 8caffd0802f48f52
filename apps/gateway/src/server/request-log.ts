import type { FastifyBaseLogger } from 'fastify'
import type { Bindings, ChildLoggerOptions, LogFn } from 'pino'

type Line = Parameters<LogFn>

/** Creates the pino logger of a request with its first line, because most requests log nothing. */
export class RequestLog implements FastifyBaseLogger {
  readonly #parent: FastifyBaseLogger
  readonly #bindings: Bindings
  readonly #options: ChildLoggerOptions
  #created: FastifyBaseLogger | null = null

  constructor(parent: FastifyBaseLogger, bindings: Bindings, options: ChildLoggerOptions) {
    this.#parent = parent
    this.#bindings = bindings
    this.#options = options
  }

  get #child(): FastifyBaseLogger {
    this.#created ??= this.#parent.child(this.#bindings, this.#options)
    return this.#created
  }

  get level(): string {
    return this.#child.level
  }

  set level(level: string) {
    this.#child.level = level
  }

  trace(...line: Line): void {
    this.#child.trace(...line)
  }

  debug(...line: Line): void {
    this.#child.debug(...line)
  }

  info(...line: Line): void {
    this.#child.info(...line)
  }

  warn(...line: Line): void {
    this.#child.warn(...line)
  }

  error(...line: Line): void {
    this.#child.error(...line)
  }

  fatal(...line: Line): void {
    this.#child.fatal(...line)
  }

  silent(): void {}

  child(bindings: Bindings, options?: ChildLoggerOptions): FastifyBaseLogger {
    return this.#child.child(bindings, options)
  }
}
