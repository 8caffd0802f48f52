import { hidePasswords } from './addresses.ts'
import { concealed, sweep, text } from './fields.ts'
import { isObject, type Json, mapFields } from './json.ts'
import { isSecretValue } from './secret-keys.ts'
import { hidden, type MaskView } from './view.ts'

/** Whatever is called environment, at any depth, holds `KEY=value` texts or a map by key. */
export function manifestService(value: Json, view: MaskView): Json {
  if (Array.isArray(value)) return value.map((item) => manifestService(item, view))
  if (!isObject(value)) return sweep(value, view)
  return mapFields(value, (field, item) =>
    field.startsWith('env') ? environment(item, view) : manifestService(item, view),
  )
}

function environment(value: Json, view: MaskView): Json {
  if (view.env === 'shown') return value
  if (Array.isArray(value)) return value.map((item) => assignment(text(item, 'an environment entry') ?? '', view))
  if (!isObject(value)) return value === null ? null : hidden
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const shown =
        typeof item === 'string' && view.env === 'secrets-hidden' && !view.isSecret(key) && !isSecretValue(item)
      return [key, shown ? item : concealed(item)]
    }),
  )
}

function assignment(entry: string, view: MaskView): string {
  const equals = entry.indexOf('=')
  if (equals === -1) return hidePasswords(entry)
  const key = entry.slice(0, equals)
  const shown = view.env === 'secrets-hidden' && !view.isSecret(key) && !isSecretValue(entry.slice(equals + 1))
  return shown ? entry : `${key}=${hidden}`
}
