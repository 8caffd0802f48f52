/** A flag of a convox command. All flags except toggles take a value, and a list may be given more than once. */
export interface Flag {
  readonly name: string
  /** One letter, or empty without a short form. */
  readonly short: string
  readonly kind: 'toggle' | 'text' | 'number' | 'duration' | 'list'
}

export function toggle(name: string, short = ''): Flag {
  return { name, short, kind: 'toggle' }
}

export function text(name: string, short = ''): Flag {
  return { name, short, kind: 'text' }
}

export function number(name: string, short = ''): Flag {
  return { name, short, kind: 'number' }
}

export function duration(name: string, short = ''): Flag {
  return { name, short, kind: 'duration' }
}

export function list(name: string, short = ''): Flag {
  return { name, short, kind: 'list' }
}

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
