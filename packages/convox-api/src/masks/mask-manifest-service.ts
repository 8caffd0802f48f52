import { isObject, type Json, mapFields } from './json.ts'
import { type MaskView, redactionPlaceholder } from './mask-view.ts'
import { optionalText, redactStringsUnlessShown, redactValue } from './response-fields.ts'
import { containsSecret } from './secret-keys.ts'
import { redactPasswordsInText } from './url-passwords.ts'

/** Masks every field whose name begins with `env`. Such a field contains `KEY=value` strings, or a map by key. */
export function maskManifestService(value: Json, view: MaskView): Json {
  if (Array.isArray(value)) return value.map((item) => maskManifestService(item, view))
  if (!isObject(value)) return redactStringsUnlessShown(value, view)
  return mapFields(value, (field, item) =>
    field.startsWith('env') ? maskEnvironment(item, view) : maskManifestService(item, view),
  )
}

function maskEnvironment(value: Json, view: MaskView): Json {
  if (view.env === 'shown') return value
  if (Array.isArray(value))
    return value.map((item) => maskEntry(optionalText(item, 'an environment entry') ?? '', view))
  if (!isObject(value)) return value === null ? null : redactionPlaceholder
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const isShown =
        typeof item === 'string' && view.env === 'secrets-hidden' && !view.isSecret(key) && !containsSecret(item)
      return [key, isShown ? item : redactValue(item)]
    }),
  )
}

function maskEntry(entry: string, view: MaskView): string {
  const equals = entry.indexOf('=')
  if (equals === -1) return redactPasswordsInText(entry)
  const key = entry.slice(0, equals)
  const isShown = view.env === 'secrets-hidden' && !view.isSecret(key) && !containsSecret(entry.slice(equals + 1))
  return isShown ? entry : `${key}=${redactionPlaceholder}`
}
