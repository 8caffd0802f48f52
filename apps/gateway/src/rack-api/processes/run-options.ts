import type { CommandOptions } from '@rack-gateway/command-matcher'
import { readPairsInSteps, runToEnd, type Steps } from '@rack-gateway/convox-api'
import { AmbiguousParameters } from '../../errors/errors.ts'

/** The options of a run's POST. They apply to every `exec` in the process of the run, by any principal. */
export interface RunStart {
  /** Names of the environment keys in the POST. */
  readonly environment: readonly string[]
  readonly newestRelease: boolean
}

const keyName = /^[A-Za-z_][A-Za-z0-9_]{0,255}$/
const maxKeys = 100

/**
 * For an attached run, `interactive` and `entrypoint` are null, because the later `exec` contains them.
 *
 * @throws AmbiguousParameters
 */
export function optionsOfRun(
  headers: ReadonlyMap<string, string>,
  { attached, newestRelease }: { readonly attached: boolean; readonly newestRelease: boolean },
): CommandOptions {
  const unlessAttached = attached ? null : false
  return {
    interactive: unlessAttached,
    entrypoint: unlessAttached,
    environment: runToEnd(namesIn(Buffer.from(headers.get('environment') ?? '', 'latin1'))),
    newestRelease,
  }
}

/**
 * Like the rack, reads only the text `true` as true, and a missing `tty` header as a terminal.
 *
 * @param run null if no run through the gateway has started the process
 */
export function optionsOfExec(headers: ReadonlyMap<string, string>, run: RunStart | null): CommandOptions {
  return {
    interactive: (headers.get('tty') ?? 'true') === 'true',
    entrypoint: headers.get('entrypoint') === 'true',
    environment: run?.environment ?? [],
    newestRelease: run?.newestRelease ?? null,
  }
}

/**
 * Reads the names of URL-encoded pairs in one value, in the same way as the rack.
 *
 * @throws AmbiguousParameters for pairs that the rack would skip, or could read in two ways
 */
export function* namesIn(bytes: Buffer): Steps<string[]> {
  const names = new Set<string>()
  for (const pair of readPairsInSteps(bytes)) {
    if (pair === null) {
      yield
      continue
    }
    if (pair.dropped !== null || !pair.utf8 || !keyName.test(pair.key) || names.has(pair.key) || names.size === maxKeys)
      throw new AmbiguousParameters(
        'A list of key=value pairs is ambiguous.',
        `Send at most ${maxKeys} URL-encoded pairs, each name once, with names of letters, digits, and underscores.`,
        { rule: 'ambiguous-pairs' },
      )
    names.add(pair.key)
  }
  return [...names]
}
