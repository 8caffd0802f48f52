import type { CompiledRule } from './rules.ts'
import type { CommandOptions } from './types.ts'

/** What of the way in which a command is started a rule is not for. */
export type Unsuited =
  | { readonly option: 'interactive' | 'entrypoint'; readonly wanted: boolean }
  | { readonly option: 'environment'; readonly key: string }
  | { readonly option: 'releases' }

const plain: CommandOptions = { interactive: null, entrypoint: null, environment: [], newestRelease: null }

/** Null when the rule is for what is started so. What isn't known yet does not stand against it. */
export function unsuited({ rule, permitsKey }: CompiledRule, options: CommandOptions = plain): Unsuited | null {
  for (const option of ['interactive', 'entrypoint'] as const) {
    const [wanted, given] = [rule[option], options[option]]
    if (wanted !== undefined && given !== null && wanted !== given) return { option, wanted }
  }
  const key = options.environment.find((name) => !permitsKey(name))
  if (key !== undefined) return { option: 'environment', key }
  return rule.releases === 'newest' && options.newestRelease === false ? { option: 'releases' } : null
}
