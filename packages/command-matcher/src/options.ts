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
  const { interactive, entrypoint, environment, newestRelease } = options
  if (rule.interactive !== undefined && interactive !== null && rule.interactive !== interactive)
    return { option: 'interactive', wanted: rule.interactive }
  if (rule.entrypoint !== undefined && entrypoint !== null && rule.entrypoint !== entrypoint)
    return { option: 'entrypoint', wanted: rule.entrypoint }
  for (const key of environment) if (!permitsKey(key)) return { option: 'environment', key }
  return rule.releases === 'newest' && newestRelease === false ? { option: 'releases' } : null
}
