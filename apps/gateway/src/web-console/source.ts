import type { FastifyInstance } from 'fastify'

export interface WebConsoleSource {
  /** The document of every page; null: the console is not built. */
  document(): Promise<string | Buffer | null>
  readonly contentSecurityPolicy: string
  /** A plugin that serves the files that the document names. */
  readonly files: (app: FastifyInstance) => Promise<void>
}
