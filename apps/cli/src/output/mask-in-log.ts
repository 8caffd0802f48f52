import type { Context } from '../invocation/context.ts'

/**
 * Keeps a secret out of the log of GitHub Actions. Its runner reads commands from stderr, too, so stdout can go into a
 * file or a variable. Call this before the secret is printed.
 *
 * @param secret without line breaks
 */
export function maskInLog({ env, instruct }: Pick<Context, 'env' | 'instruct'>, secret: string): void {
  if (env.GITHUB_ACTIONS === 'true' && secret !== '') instruct(`::add-mask::${secret}`)
}
