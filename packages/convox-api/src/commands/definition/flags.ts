/** A flag of a convox command. All flags except toggles take a value, and a list may be given more than once. */
export interface Flag {
  readonly name: string
  /** One letter, or empty without a short form. */
  readonly short: string
  readonly kind: 'toggle' | 'text' | 'number' | 'duration' | 'list'
}

function flagOf(kind: Flag['kind']) {
  return (name: string, short = ''): Flag => ({ name, short, kind })
}

export const toggle = flagOf('toggle')
export const text = flagOf('text')
export const number = flagOf('number')
export const duration = flagOf('duration')
export const list = flagOf('list')

/** Flags of every command that calls a rack. Convox ignores `--rack` if RACK_URL is set. */
export const commonFlags: readonly Flag[] = [text('rack', 'r'), toggle('wait', 'w')]

export const app = text('app', 'a')
export const id = toggle('id')
export const force = toggle('force')
export const watch = text('watch')
export const file = text('file', 'f')
export const limit = number('limit', 'l')

/** Whether convox accepts this value. Unusual spellings count as not accepted, although convox may accept them. */
export function acceptsValue({ kind }: Flag, value: string): boolean {
  if (kind === 'number') return /^[+-]?[0-9]{1,18}$/.test(value)
  return kind !== 'duration' || /^(?:[0-9]{1,9}(?:h|m|s|ms))+$/.test(value)
}
