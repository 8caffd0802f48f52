import type { Context } from '../context.ts'

/**
 * Keeps a secret out of the log of GitHub Actions. Its runner reads commands from both outputs of a step, so stdout
 * can still go into a file or a variable. The line comes before the secret is printed.
 *
 * @param secret without line breaks
 */
export function maskInLog({ env, instruct }: Pick<Context, 'env' | 'instruct'>, secret: string): void {
  if (env.GITHUB_ACTIONS === 'true' && secret !== '') instruct(`::add-mask::${secret}`)
}
