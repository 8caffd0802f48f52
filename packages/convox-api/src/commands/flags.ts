/** A flag as convox knows it. All but a toggle take a value; a list may be given more than once. */
export interface Flag {
  readonly name: string
  /** One letter, or empty. */
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

/** On every command that asks a rack. The rack's name is ignored where RACK_URL is set. */
export const everywhere: readonly Flag[] = [text('rack', 'r'), toggle('wait', 'w')]

export const app = text('app', 'a')
export const id = toggle('id')
export const force = toggle('force')
export const watch = text('watch')
export const file = text('file', 'f')
export const limit = number('limit', 'l')

/** Whether convox takes this value; narrower than convox where a value may be written in strange ways. */
export function takes({ kind }: Flag, value: string): boolean {
  if (kind === 'number') return /^[+-]?[0-9]{1,18}$/.test(value)
  return kind !== 'duration' || /^(?:[0-9]{1,9}(?:h|m|s|ms))+$/.test(value)
}
