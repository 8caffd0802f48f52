import type { CompiledRule } from './compile-rules.ts'
import type { CommandOptions } from './types.ts'

/** The start option that a rule does not allow. */
export type OptionMismatch =
  | { readonly option: 'interactive' | 'entrypoint'; readonly wanted: boolean }
  | { readonly option: 'environment'; readonly key: string }
  | { readonly option: 'releases' }

const noOptions: CommandOptions = { interactive: null, entrypoint: null, environment: [], newestRelease: null }

/** An option that is null, because it is not known, never mismatches. */
export function findOptionMismatch(
  { rule, allowsKey }: CompiledRule,
  options: CommandOptions = noOptions,
): OptionMismatch | null {
  const { interactive, entrypoint, environment, newestRelease } = options
  if (rule.interactive !== undefined && interactive !== null && rule.interactive !== interactive)
    return { option: 'interactive', wanted: rule.interactive }
  if (rule.entrypoint !== undefined && entrypoint !== null && rule.entrypoint !== entrypoint)
    return { option: 'entrypoint', wanted: rule.entrypoint }
  for (const key of environment) if (!allowsKey(key)) return { option: 'environment', key }
  return rule.releases === 'newest' && newestRelease === false ? { option: 'releases' } : null
}
